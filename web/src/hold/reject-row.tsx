import { useEffect, useId, useRef } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import type { Draft } from '../drafts.ts';
import { Icon } from '../shell/icons.tsx';
import { useKeys } from '../use-keys.ts';
import { shortAct } from './act-sentence.ts';
import { REASON_CODES, wordsOfCode } from './reason-codes.ts';
import { WordsRow } from './words-row.tsx';

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
  const name = useId();
  const words = useRef<HTMLTextAreaElement>(null);
  const heading = useRef<HTMLSpanElement>(null);
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
  useEffect(() => heading.current?.focus(), []);
  useKeys(Object.fromEntries(REASON_CODES.map(({ key, code }) => [key, () => pick(code)])));
  return (
    <WordsRow
      heading={
        <span ref={heading} tabIndex={-1}>
          Why do you reject “{shortAct(hold)}”?
        </span>
      }
      aside="press a number"
      label="In your words"
      words={reason}
      wordsRef={words}
      onWords={(text) => onDraft({ ...draft, reason: text })}
      hint="The agent reads this word for word, and it stays in the journal."
      button={{ label: reasonCode === undefined ? 'Reject' : `Reject: ${wordsOfCode(reasonCode)}`, danger: true }}
      missing={missing}
      next={<NextWords hold={hold} />}
      onSend={() => reasonCode !== undefined && onSend(reason.trim() || wordsOfCode(reasonCode), reasonCode)}
      onBack={onBack}
    >
      <fieldset className="codes">
        <legend className="vh">Reason</legend>
        {REASON_CODES.map(({ key, code, words: text }) => (
          <label key={code} className="code">
            <input
              type="radio"
              name={name}
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
    </WordsRow>
  );
}

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
