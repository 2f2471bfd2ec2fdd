import { draft } from '../crew/events.ts';
import { fold } from '../crew/fold.ts';
import type { RunState } from '../crew/run-state.ts';
import { summaryOf } from '../crew/summary.ts';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import { amendRun } from './amend-run.ts';
import type { RunnerContext } from './context.ts';
import type { ActOptions } from './engine.ts';
import { loadRun } from './load-run.ts';
import { changesBetween } from './park.ts';
import { place } from './settle.ts';
import { requireCrew } from './start-run.ts';
import { requireNoStop } from './stops.ts';

/** What a parked run would go on with, a line a difference, for the person who is to accept it. */
export async function changesOf(context: RunnerContext, runId: RunId): Promise<string[]> {
  const { state } = await loadRun(context.journal, runId);
  return changesBetween(state.config, requireCrew(context, state.config.name).config);
}

/**
 * Lets a parked run go on with the crew as it is now, in the name of the person who accepts that.
 * @throws {HoldpointError} `CREW_CHANGED` if the run cannot go on with it; `BAD_REQUEST` if the run is not parked; `STOPPED`.
 */
export async function acceptChange(context: RunnerContext, runId: RunId, options: ActOptions): Promise<RunSummary> {
  const { actor, request } = options;
  const answered = request ? await context.journal.answered({ by: actor.user, ...request }) : null;
  if (answered) return answered as unknown as RunSummary;
  await requireNoStop(context);
  const { state } = await loadRun(context.journal, runId);
  if (state.machine.value !== 'parked')
    throw new HoldpointError('BAD_REQUEST', `Run ${runId} is not parked; there is no change to accept.`);
  const crew = requireCrew(context, state.config.name);
  const resumed = draft(
    'run.resumed',
    { fingerprint: crew.fingerprint, config: crew.config, modules: null },
    options.actor.user,
  );
  const after = foldable(state, () => fold(state, runId, place(resumed, state.seq + 1, context.clock.now())));
  return amendRun(context, runId, options, (view) => {
    if (view.head.seq !== state.seq)
      throw new HoldpointError('SEQ_CONFLICT', `Run ${runId} moved on while it was read. Send it again.`);
    return { drafts: [resumed], summary: summaryOf(after), answer: ({ summary }) => summary };
  });
}

function foldable(state: RunState, attempt: () => RunState): RunState {
  try {
    return attempt();
  } catch (error) {
    if (!isHoldpointError(error, 'EVENT_IMPOSSIBLE')) throw error;
    throw new HoldpointError('CREW_CHANGED', `Run ${state.id} cannot go on with the changed crew. ${error.message}`, {
      cause: error,
    });
  }
}
