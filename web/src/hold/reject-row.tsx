import { useEffect, useId, useRef } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import type { Draft } from '../drafts.ts';
import { Icon } from '../shell/icons.tsx';
import { useKeys } from '../use-keys.ts';
import { shortAct } from './act-sentence.ts';
import { REASON_CODES, wordsOfCode } from './reason-codes.ts';

interface RejectRowProps {
  readonly hold: Hold;
  readonly draft: Draft;
  readonly blocked: string | null;
  readonly onDraft: (draft: Draft) => void;
  readonly onSend: (reason: string, reasonCode: string) => void;
  readonly onBack: () => void;
}

/** Why not: a code by a key, then words. It says what happens next before it happens. */
export function RejectRow({ hold, draft, blocked, onDraft, onSend, onBack }: RejectRowProps) {
  const { reason = '', reasonCode } = draft;
  const id = useId();
  const words = useRef<HTMLTextAreaElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const pick = (code: string) => {
    onDraft({ ...draft, reasonCode: code });
    words.current?.focus();
  };
  const missing =
    reasonCode === undefined
      ? 'Choose a reason first.'
      : reasonCode === 'other' && reason.trim() === ''
        ? 'Write it in your words.'
        : blocked;
  const send = () => {
    if (missing === null && reasonCode !== undefined) onSend(reason.trim() || wordsOfCode(reasonCode), reasonCode);
  };
  useEffect(() => heading.current?.focus(), []);
  useKeys({
    ...Object.fromEntries(REASON_CODES.map(({ key, code }) => [key, () => pick(code)])),
    Escape: onBack,
    'mod+Enter': send,
  });
  return (
    <section className="refuse" aria-labelledby={`${id}-head`}>
      <div className="row">
        <h2 id={`${id}-head`} ref={heading} tabIndex={-1}>
          Why do you reject “{shortAct(hold)}”?
        </h2>
        <span className="quiet push wide">press a number</span>
      </div>
      <fieldset className="codes">
        <legend className="vh">Reason</legend>
        {REASON_CODES.map(({ key, code, words: text }) => (
          <label key={code} className="code">
            <input
              type="radio"
              name={id}
              value={code}
              checked={reasonCode === code}
              onChange={() => onDraft({ ...draft, reasonCode: code })}
            />
            <kbd>{key}</kbd>
            <span>{text}</span>
            {reasonCode === code && <Icon name="check" small />}
          </label>
        ))}
      </fieldset>
      <label className="vh" htmlFor={`${id}-words`}>
        In your words
      </label>
      <textarea
        id={`${id}-words`}
        ref={words}
        className="input text"
        rows={2}
        placeholder="In your words"
        value={reason}
        onChange={(event) => onDraft({ ...draft, reason: event.target.value })}
      />
      <p className="hint">The agent reads this word for word, and it stays in the journal.</p>
      <div className="row refuse-foot">
        <button type="button" className="btn danger" disabled={missing !== null} onClick={send}>
          {reasonCode === undefined ? 'Reject' : `Reject: ${wordsOfCode(reasonCode)}`} <kbd>{MOD_ENTER}</kbd>
        </button>
        <button type="button" className="btn" onClick={onBack}>
          Back <kbd>esc</kbd>
        </button>
        {missing !== null && <span className="quiet">{missing}</span>}
        <p className="soft small push next-words">
          <NextWords hold={hold} />
        </p>
      </div>
    </section>
  );
}

export const MOD_ENTER = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? '') ? '⌘⏎' : 'ctrl ⏎';

function NextWords({ hold }: { hold: Hold }) {
  const { kind, action, task, blocks } = hold;
  const waits = blocks.length > 0 && (
    <>
      {' '}
      <code>{blocks.slice(0, 2).join(', ')}</code> {blocks.length === 1 ? 'keeps' : 'keep'} waiting.
    </>
  );
  switch (kind) {
    case 'action':
    case 'human':
      return (
        <>
          <b>Nothing runs.</b> The agent gets your reason as the result of <code>{action?.tool}</code>, and may propose
          revision {hold.revision + 1}.{waits}
        </>
      );
    case 'after':
      return (
        <>
          <b>This output is not used.</b> The agent gets your reason and revises, unless <code>{task}</code> is set to
          end instead.{waits}
        </>
      );
    case 'before':
      return (
        <>
          <b>
            <code>{task}</code> does not start.
          </b>{' '}
          It fails, or is skipped where the crew says so.
        </>
      );
    default:
      return <b>Nothing changes.</b>;
  }
}
