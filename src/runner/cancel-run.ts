import { draft } from '../crew/events.ts';
import { HoldpointError } from '../errors.ts';
import { isEnded, type RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import { amendRun } from './amend-run.ts';
import type { RunnerContext } from './context.ts';
import type { ActOptions } from './engine.ts';
import { requireRoomForNotes } from './full-journal.ts';

/**
 * Asks for a run's end. Its owner aborts what is under way; the run is cancelled once effects are settled. A run that is ending is
 * asked for nothing more: the first reason stays. Only one that came to rest all the same, since its journal could not be read,
 * is asked anew. @throws `RUN_ENDED`, `JOURNAL_FULL` if it is asked anew without end
 */
export async function cancelRun(
  context: RunnerContext,
  runId: RunId,
  reason: string,
  options: ActOptions,
): Promise<RunSummary> {
  const isAsked = (await context.journal.read(runId, { type: 'run.cancel-requested', limit: 1 })).length > 0;
  return amendRun(context, runId, options, ({ run, head }) => {
    const { status, endedAt } = run.summary;
    if (isEnded(status))
      throw new HoldpointError('RUN_ENDED', `Run ${runId} ended before: ${status} at ${endedAt}.`, {
        details: { status, endedAt },
      });
    if (isAsked && status !== 'parked') return { drafts: [], answer: ({ summary }) => summary };
    if (isAsked) requireRoomForNotes(context, runId, head);
    return {
      drafts: [draft('run.cancel-requested', { reason }, options.actor.user)],
      answer: ({ summary }) => summary,
    };
  });
}
