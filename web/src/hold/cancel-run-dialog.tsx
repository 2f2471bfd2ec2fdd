import { useDeskStore } from '../desk/use-desk.ts';
import { ActDialog } from '../shell/act-dialog.tsx';

interface CancelRunDialogProps {
  readonly runId: string;
  readonly crew: string;
  readonly onClose: () => void;
}

/** Says what a cancelled run means before it is one, and asks why. */
export default function CancelRunDialog({ runId, crew, onClose }: CancelRunDialogProps) {
  const store = useDeskStore();
  return (
    <ActDialog
      title={`Cancel this run of ${crew}?`}
      reason={{
        label: 'Why',
        missing: 'Say why first; it stays in the journal.',
        about: { act: 'cancel', on: runId },
      }}
      button={{ label: 'Cancel the run', danger: true }}
      leave="Let it run"
      onAct={async (reason) => {
        await store.client.runs.cancel(runId, reason);
      }}
      onClose={onClose}
    >
      <p>
        What runs now is stopped, its open holds are withdrawn, and nothing more is started. What was done stays done.
      </p>
    </ActDialog>
  );
}
