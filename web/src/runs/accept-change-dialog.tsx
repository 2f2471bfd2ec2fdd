import { isHoldpointError, type RunSummary } from '../../../src/client/index.ts';
import { useDeskStore } from '../desk/use-desk.ts';
import { ActDialog } from '../shell/act-dialog.tsx';
import { Differences } from './parked-run.tsx';
import type { CrewChange } from './use-crew-change.ts';

interface AcceptChangeDialogProps {
  readonly run: RunSummary;
  /** What is accepted: this, and nothing that came after it. */
  readonly change: CrewChange;
  /** Reads the differences anew, after they were refused as old. */
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

/** Shows once more what is accepted, and what follows from it. */
export default function AcceptChangeDialog({ run, change, onAgain, onClose }: AcceptChangeDialogProps) {
  const store = useDeskStore();
  const count = change.changes.length;
  return (
    <ActDialog
      title={
        count === 0 ? `Let this run of ${run.crew} go on?` : `Let this run of ${run.crew} go on with the changed crew?`
      }
      button={{ label: labelOf(count) }}
      leave="Leave it parked"
      instead={(error) =>
        isHoldpointError(error, 'CREW_CHANGED') && (
          <button type="button" className="btn small-btn" onClick={onAgain}>
            Show the differences as they are now
          </button>
        )
      }
      onAct={async () => {
        await store.client.runs.resume(run.id, change.fingerprint);
        await store.loadRun(run.id);
      }}
      onClose={onClose}
    >
      <Differences change={change} />
      <p>
        What was done stays done, and what was decided stays decided. Everything from here on follows the crew as it is
        now. The journal records that you accepted it.
      </p>
    </ActDialog>
  );
}

function labelOf(count: number): string {
  if (count === 0) return 'Let it go on';
  return count === 1 ? 'Accept 1 difference, and let it go on' : `Accept ${count} differences, and let it go on`;
}
