import { type ReactNode, type Ref, useId } from 'react';
import { focusAtStart } from '../focus-at-start.ts';
import { MOD_ENTER, useKeys } from '../use-keys.ts';

interface WordsRowProps {
  /** What is asked, above everything. */
  readonly heading: ReactNode;
  /** Told beside the heading, where the screen is wide. */
  readonly aside?: string | undefined;
  /** What is chosen before the words. */
  readonly children?: ReactNode;
  /** The name of the words, where the heading is not their name. */
  readonly label?: string | undefined;
  readonly words: string;
  readonly onWords: (words: string) => void;
  readonly wordsRef?: Ref<HTMLTextAreaElement> | undefined;
  /** What becomes of the words. */
  readonly hint: string;
  readonly button: { readonly label: string; readonly danger?: boolean | undefined };
  /** Why it cannot be sent yet; null: it can. */
  readonly missing: string | null;
  readonly problem?: string | null | undefined;
  readonly next?: ReactNode;
  readonly onSend: () => void;
  readonly onBack: () => void;
}

/** Opens over the decision bar where words are needed: what is asked, the words, what they lead to. The hold stays in view. */
export function WordsRow(props: WordsRowProps) {
  const { heading, aside, children, label, words, missing, problem, next, button, onSend, onBack } = props;
  const id = useId();
  const send = () => {
    if (missing === null) onSend();
  };
  useKeys({ Escape: onBack, 'mod+Enter': send });
  return (
    <section className="refuse" aria-labelledby={`${id}-head`}>
      <div className="row">
        <h2 id={`${id}-head`}>{label === undefined ? <label htmlFor={id}>{heading}</label> : heading}</h2>
        {aside !== undefined && <span className="quiet push wide aside">{aside}</span>}
      </div>
      {children}
      {label !== undefined && (
        <label className="vh" htmlFor={id}>
          {label}
        </label>
      )}
      <textarea
        id={id}
        ref={props.wordsRef ?? focusAtStart}
        className="input text comment-text"
        rows={2}
        placeholder={label}
        value={words}
        onChange={(event) => props.onWords(event.target.value)}
      />
      <p className="hint">{props.hint}</p>
      {problem && (
        <p className="err" role="alert">
          {problem}
        </p>
      )}
      <div className="row refuse-foot">
        <button
          type="button"
          className={button.danger ? 'btn danger' : 'btn primary'}
          disabled={missing !== null}
          onClick={send}
        >
          {button.label} <kbd>{MOD_ENTER}</kbd>
        </button>
        <button type="button" className="btn" onClick={onBack}>
          Back <kbd>esc</kbd>
        </button>
        {missing && <span className="quiet">{missing}</span>}
        {next !== undefined && <p className="soft small push next-words">{next}</p>}
      </div>
    </section>
  );
}
