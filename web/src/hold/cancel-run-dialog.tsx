import { useId, useState } from 'react';
import { useDeskStore } from '../desk/use-desk.ts';
import { Dialog } from '../shell/dialog.tsx';

/** Says what a cancelled run means before it is one, and asks why. */
export default function CancelRunDialog({
  runId,
  crew,
  onClose,
}: {
  runId: string;
  crew: string;
  onClose: () => void;
}) {
  const store = useDeskStore();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const id = useId();
  const send = async () => {
    setSending(true);
    try {
      await store.client.runs.cancel(runId, reason.trim());
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setSending(false);
    }
  };
  return (
    <Dialog onClose={onClose} title={`Cancel this run of ${crew}?`}>
      <p className="soft">
        What runs now is stopped, its open holds are withdrawn, and nothing more is started. What was done stays done.
      </p>
      <label className="field-label" htmlFor={id}>
        Why
      </label>
      <textarea
        id={id}
        className="input text"
        rows={2}
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
          className="btn danger"
          disabled={reason.trim() === '' || sending}
          onClick={() => void send()}
        >
          Cancel the run
        </button>
        <button type="button" className="btn" onClick={onClose}>
          Let it run
        </button>
        {reason.trim() === '' && <span className="quiet">Say why first; it stays in the journal.</span>}
      </div>
    </Dialog>
  );
}
