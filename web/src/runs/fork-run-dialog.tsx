import { HoldpointError, type RunState } from '../../../src/client/index.ts';
import { useDeskStore } from '../desk/use-desk.ts';
import { go } from '../router.ts';
import { ActDialog } from '../shell/act-dialog.tsx';

interface ForkRunDialogProps {
  readonly runId: string;
  readonly seq: number;
  /** The replayed state after `seq`; null while it is read. */
  readonly at: RunState | null;
  /** Another event to fork from, after one was refused. */
  readonly onSeq: (seq: number) => void;
  readonly onClose: () => void;
}

/** Says what a fork takes over before there is one, then goes to it. */
export default function ForkRunDialog({ runId, seq, at, onSeq, onClose }: ForkRunDialogProps) {
  const store = useDeskStore();
  const state = at?.seq === seq ? at : null;
  return (
    <ActDialog
      title={`Fork from #${seq}?`}
      button={{ label: `Start a new run from #${seq}` }}
      leave="Leave it"
      instead={(error) => <Instead error={error} onSeq={onSeq} />}
      onAct={async () => {
        const { id } = await store.client.runs.fork(runId, seq);
        go({ page: 'run', runId: id });
      }}
      onClose={onClose}
    >
      <dl className="facts">
        <dt>Kept</dt>
        <dd>
          Events 1 to {seq}: answers, results and outputs. No model is asked again for them, and no tool runs again.
        </dd>
        <dt>Asked again</dt>
        <dd>{state === null ? 'Reading what is open there…' : <Asked state={state} />}</dd>
        <dt>Not repeated</dt>
        <dd>
          What was done stays done, and is undone only in this run. An action that was under way there is not tried
          again: a person is asked what came of it.
        </dd>
        <dt>This run</dt>
        <dd>Stays as it is; its journal notes the fork.</dd>
      </dl>
    </ActDialog>
  );
}

function Asked({ state: { holds, summary } }: { state: RunState }) {
  const open = holds.filter(({ status, inherited }) => status === 'open' && !inherited);
  if (summary.endedAt !== null) return 'Nothing: the run had ended there. Go back in time, and fork it from before.';
  if (open.length === 0) return 'No hold is open there. A decision that nothing had followed yet is asked for again.';
  return (
    <>
      {open.map(({ id, task, kind, action }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <code>{action?.tool ?? `${task ?? 'run'} (${kind})`}</code>
        </span>
      ))}{' '}
      {open.length === 1 ? 'opens' : 'open'} again, with {open.length === 1 ? 'its deadline' : 'their deadlines'} anew.
      Votes and claims are left behind.
    </>
  );
}

/** The events beside the one that no run ever stood at. */
function Instead({ error, onSeq }: { error: unknown; onSeq: (seq: number) => void }) {
  const details = error instanceof HoldpointError && error.code === 'FORK_NOT_POSSIBLE' ? error.details : null;
  const { before = null, after = null } = (details ?? {}) as { before?: number | null; after?: number | null };
  const points = [before, after].filter((point): point is number => typeof point === 'number');
  if (points.length === 0) return null;
  return (
    <p className="row">
      {points.map((point) => (
        <button key={point} type="button" className="btn small-btn" onClick={() => onSeq(point)}>
          Take #{point}
        </button>
      ))}
    </p>
  );
}
