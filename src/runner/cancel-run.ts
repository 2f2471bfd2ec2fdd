import { draft } from '../crew/events.ts';
import { HoldpointError } from '../errors.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import { amendRun } from './amend-run.ts';
import type { RunnerContext } from './context.ts';
import type { ActOptions } from './engine.ts';

const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

/** Asks for a run's end. Its owner aborts what is under way; the run is cancelled once effects are settled. */
export async function cancelRun(
  context: RunnerContext,
  runId: RunId,
  reason: string,
  options: ActOptions,
): Promise<RunSummary> {
  return amendRun(context, runId, options, ({ run }) => {
    const { status, endedAt } = run.summary;
    if (ENDED.has(status))
      throw new HoldpointError('RUN_ENDED', `Run ${runId} ended before: ${status} at ${endedAt}.`, {
        details: { status, endedAt },
      });
    return {
      drafts: [draft('run.cancel-requested', { reason }, options.actor.user)],
      answer: ({ summary }) => summary,
    };
  });
}
