import { useId, useState } from 'react';
import { useDeskStore } from '../desk/use-desk.ts';
import { Dialog } from '../shell/dialog.tsx';
import type { ActionType } from './use-action-types.ts';

interface SignLevelProps {
  readonly type: ActionType;
  readonly to: 'raise' | 'demote';
  readonly onClose: (changed: boolean) => void;
}

/** A level is changed by a person who says why: the numbers only advise. */
export default function SignLevel({ type, to, onClose }: SignLevelProps) {
  const store = useDeskStore();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const id = useId();
  const { graduation } = type;
  const name = type.tool ?? type.key;
  const level = to === 'raise' ? graduation?.next : null;
  const title = to === 'raise' ? `Raise ${name} to ${level}?` : `Take ${name} back to its own tier?`;
  const sign = async () => {
    setSending(true);
    try {
      if (to === 'demote') await store.client.oversight.demote(type.key, reason.trim());
      else if (level) await store.client.oversight.sign(type.key, level, reason.trim());
      onClose(true);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setSending(false);
    }
  };
  return (
    <Dialog onClose={() => onClose(false)} title={title}>
      <p className="soft">
        {to === 'raise'
          ? level === 'automatic'
            ? 'It then runs without asking; 5 % are drawn for a look afterwards.'
            : 'It then runs without asking, and can be undone while its window lasts.'
          : 'From now on each call of it is asked about again, as its tool says.'}{' '}
        {graduation &&
          `The evidence: ${graduation.evidence.clean} clean, ${graduation.evidence.bad} bad, by ${graduation.evidence.reviewers} reviewers over ${Math.floor(graduation.evidence.days)} days.`}
      </p>
      <label className="field-label" htmlFor={id}>
        Why; it is recorded under your name
      </label>
      <textarea
        id={id}
        className="input text"
        rows={3}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        data-autofocus
      />
      {problem && (
        <p className="err" role="alert">
          {problem}
        </p>
      )}
      <div className="row dialog-buttons">
        <button
          type="button"
          className="btn primary"
          disabled={reason.trim() === '' || sending}
          onClick={() => void sign()}
        >
          {to === 'raise' ? `Sign: ${name} to ${level}` : `Sign: ${name} back`}
        </button>
        <button type="button" className="btn" onClick={() => onClose(false)}>
          Leave it as it is
        </button>
      </div>
    </Dialog>
  );
}
