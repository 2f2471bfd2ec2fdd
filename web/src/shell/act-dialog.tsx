import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { useDesk } from '../desk/use-desk.ts';
import { type DraftSubject, keepDraft, readDraft } from '../drafts.ts';
import { useSending } from '../use-sending.ts';
import { Dialog } from './dialog.tsx';

interface ActDialogProps {
  readonly title: string;
  /** What it means, said before it is done. */
  readonly children: ReactNode;
  /** The words that are asked for; absent: none are. */
  readonly reason?: {
    readonly label: string;
    readonly optional?: boolean;
    readonly missing?: string;
    /** What they are about: under that they are kept in this browser until they are sent. */
    readonly about: DraftSubject;
  };
  readonly button: { readonly label: string; readonly danger?: boolean };
  /** How leaving it is called. */
  readonly leave: string;
  /** What can be done instead of what was refused. */
  readonly instead?: (error: unknown) => ReactNode;
  readonly onAct: (reason: string) => Promise<void>;
  /** `done`: it was acted, not left. */
  readonly onClose: (done: boolean) => void;
}

/** One frame for whatever is asked once more before it is done: what it means, why, the act by its name, and a way back. */
export function ActDialog(props: ActDialogProps) {
  const { title, children, reason: asked, button, leave, instead, onAct, onClose } = props;
  const [reason, setReason] = useKeptWords(asked?.about);
  const { sending, problem, error, send } = useSending();
  const live = useDesk((state) => state.link.state === 'live');
  const id = useId();
  const lacksWords = asked !== undefined && !asked.optional && reason.trim() === '';
  const act = async () => {
    if (lacksWords || !live) return;
    if (!(await send(() => onAct(reason.trim())))) return;
    setReason('');
    onClose(true);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void act();
  };
  return (
    <Dialog onClose={() => onClose(false)} title={title}>
      <div className="dialog-words soft">{children}</div>
      {asked && (
        <>
          <label className="field-label" htmlFor={id}>
            {asked.label}
          </label>
          <textarea
            id={id}
            className="input text"
            rows={2}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            onKeyDown={onKey}
            data-autofocus
          />
        </>
      )}
      {problem && (
        <div className="err dialog-problem" role="alert">
          <p>{problem}</p>
          {instead?.(error)}
        </div>
      )}
      {!live && (
        <p className="err dialog-problem" role="alert">
          The page is not connected. Your words stay here until the server answers.
        </p>
      )}
      <div className="row dialog-buttons">
        <button
          type="button"
          className={button.danger ? 'btn danger' : 'btn primary'}
          disabled={lacksWords || sending || !live}
          onClick={() => void act()}
          {...(asked ? {} : { 'data-autofocus': true })}
        >
          {button.label}
        </button>
        <button type="button" className="btn" onClick={() => onClose(false)}>
          {leave}
        </button>
        {lacksWords && asked?.missing && <span className="quiet">{asked.missing}</span>}
      </div>
    </Dialog>
  );
}

/** Words that outlive this page, until they are emptied. */
function useKeptWords(about: DraftSubject | undefined): [words: string, write: (words: string) => void] {
  const [words, setWords] = useState(() => (about === undefined ? '' : (readDraft(localStorage, about).reason ?? '')));
  const write = (next: string) => {
    setWords(next);
    if (about !== undefined) keepDraft(localStorage, about, { reason: next });
  };
  return [words, write];
}
