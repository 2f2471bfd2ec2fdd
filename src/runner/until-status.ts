import type { RunStatus, RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import type { RunnerContext } from './context.ts';
import type { Listeners } from './listeners.ts';
import { runNotFound } from './load-run.ts';
import { withOutputs } from './read-engine.ts';

/** Another node may drive the run: its commits are not told here, so the row is looked at as well. */
const LOOK_MS = 1_000;

interface Around {
  readonly context: RunnerContext;
  readonly listeners: Listeners;
}

/** Resolves with the run, outputs included, once its status is as wanted. @throws `RUN_NOT_FOUND`; the signal's reason */
export async function untilStatus(
  { context, listeners }: Around,
  runId: RunId,
  wanted: (status: RunStatus) => boolean,
  { signal }: { signal?: AbortSignal } = {},
): Promise<RunSummary> {
  const { journal, clock } = context;
  signal?.throwIfAborted();
  const summary = await new Promise<RunSummary>((resolve, reject) => {
    const look = () => {
      journal.run(runId).then(
        (row) => {
          if (!row) finish(() => reject(runNotFound(runId)));
          else if (wanted(row.summary.status)) finish(() => resolve(row.summary));
        },
        (error: unknown) => finish(() => reject(error)),
      );
    };
    const unlisten = listeners.add({
      committed: (commit) => {
        if (commit.runId === runId && wanted(commit.summary.status)) finish(() => resolve(commit.summary));
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
    look();
  });
  return withOutputs(journal, summary);
}
