import { useId, useState } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { useDeskStore } from '../desk/use-desk.ts';
import { focusAtStart } from '../focus-at-start.ts';
import { useKeys } from '../use-keys.ts';
import { MOD_ENTER } from './reject-row.tsx';

interface CommentRowProps {
  readonly hold: Hold;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onDone: () => void;
  readonly onBack: () => void;
}

/** Words for the other reviewers; they decide nothing, and the agent does not get them. */
export function CommentRow({ hold, text, onText, onDone, onBack }: CommentRowProps) {
  const store = useDeskStore();
  const id = useId();
  const [problem, setProblem] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const send = async () => {
    if (text.trim() === '' || sending) return;
    setSending(true);
    try {
      store.putHold(await store.client.comment(hold, text.trim()));
      onDone();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setSending(false);
    }
  };
  useKeys({ Escape: onBack, 'mod+Enter': () => void send() });
  return (
    <section className="refuse" aria-labelledby={`${id}-head`}>
      <h2 id={`${id}-head`}>
        <label htmlFor={id}>Comment for the other reviewers</label>
      </h2>
      <textarea
        id={id}
        className="input text comment-text"
        rows={2}
        value={text}
        ref={focusAtStart}
        onChange={(event) => onText(event.target.value)}
      />
      <p className="hint">It decides nothing, and the agent does not get it. It stays in the journal.</p>
      {problem && (
        <p className="err" role="alert">
          {problem}
        </p>
      )}
      <div className="row refuse-foot">
        <button
          type="button"
          className="btn primary"
          disabled={text.trim() === '' || sending}
          onClick={() => void send()}
        >
          Add the comment <kbd>{MOD_ENTER}</kbd>
        </button>
        <button type="button" className="btn" onClick={onBack}>
          Back <kbd>esc</kbd>
        </button>
      </div>
    </section>
  );
}
