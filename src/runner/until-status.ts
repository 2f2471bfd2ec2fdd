import { hasEnded } from '../crew/run-state.ts';
import { outputsOf, summaryOf } from '../crew/summary.ts';
import type { RunStatus, RunSummary, RunWithOutputs } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import type { RunnerContext } from './context.ts';
import type { Drivers } from './drivers.ts';
import type { Listeners } from './listeners.ts';
import { runNotFound } from './load-run.ts';
import { withOutputs } from './read-engine.ts';

/** Another node may drive the run: its commits are not told here, so the row is looked at as well. */
const LOOK_MS = 1_000;

interface Around {
  readonly context: RunnerContext;
  readonly drivers: Drivers;
  readonly listeners: Listeners;
}

/** `outputs` null: they are to be read. */
interface Found {
  readonly summary: RunSummary;
  readonly outputs: RunWithOutputs['outputs'] | null;
}

/** Resolves with the run, outputs included, once its status is as wanted. @throws `RUN_NOT_FOUND`; the signal's reason */
export async function untilStatus(
  { context, drivers, listeners }: Around,
  runId: RunId,
  wanted: (status: RunStatus) => boolean,
  { signal }: { signal?: AbortSignal } = {},
): Promise<RunWithOutputs> {
  const { journal, clock } = context;
  signal?.throwIfAborted();
  // Of a run that is driven here, what is in memory is durable, and what comes after is told.
  const foundIn = (summary: RunSummary): Found => {
    const state = drivers.stateOf(runId);
    return { summary, outputs: state?.seq === summary.lastSeq ? outputsOf(state) : null };
  };
  const { summary, outputs } = await new Promise<Found>((resolve, reject) => {
    const look = () => {
      journal.run(runId).then(
        (row) => {
          if (!row) finish(() => reject(runNotFound(runId)));
          else if (wanted(row.summary.status)) finish(() => resolve(foundIn(row.summary)));
        },
        (error: unknown) => finish(() => reject(error)),
      );
    };
    const unlisten = listeners.add({
      committed: (commit) => {
        if (commit.runId === runId && wanted(commit.summary.status)) finish(() => resolve(foundIn(commit.summary)));
      },
    });
    const aborted = () => finish(() => reject(signal?.reason));
    const stopLooking = clock.every(LOOK_MS, look, { keepAlive: true });
    const finish = (settle: () => void) => {
      stopLooking();
      unlisten();
      signal?.removeEventListener('abort', aborted);
      settle();
    };
    signal?.addEventListener('abort', aborted, { once: true });
    const driven = drivers.stateOf(runId);
    // A run that is held may have been decided on meanwhile: the journal says.
    if (!driven || (wanted(summaryOf(driven).status) && !hasEnded(driven))) return look();
    if (hasEnded(driven)) finish(() => resolve(foundIn(summaryOf(driven))));
  });
  return outputs ? { ...summary, outputs } : withOutputs(journal, summary);
}
