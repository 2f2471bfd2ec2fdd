import { type Draft, draft } from '../crew/events.ts';
import { fold } from '../crew/fold.ts';
import type { RunState } from '../crew/run-state.ts';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import { changeRun } from './change-run.ts';
import type { RunnerContext } from './context.ts';
import type { ActOptions, CrewChange } from './engine.ts';
import { loadRun } from './load-run.ts';
import { changesBetween } from './park.ts';
import { place } from './settle.ts';
import { requireCrew } from './start-run.ts';
import { answeredOrFree } from './stops.ts';

/** What a run would go on with, for the person who is to accept it. @throws `RUN_NOT_FOUND`, `CREW_NOT_FOUND` */
export async function changeOf(context: RunnerContext, runId: RunId): Promise<CrewChange> {
  const { state } = await loadRun(context.journal, runId);
  const { config, fingerprint } = requireCrew(context, state.config.name);
  return { fingerprint, changes: changesBetween(state.config, config) };
}

/**
 * Lets a parked run go on with the crew as it is now, in the name of the person who accepts that. `fingerprint`: of the crew whose
 * differences they were shown.
 * @throws {HoldpointError} `CREW_CHANGED` if the run cannot go on with it, or it is not the one that was shown; `BAD_REQUEST` if the
 *   run is not parked; `STOPPED`.
 */
export async function acceptChange(
  context: RunnerContext,
  runId: RunId,
  fingerprint: string,
  options: ActOptions,
): Promise<RunSummary> {
  const { actor, request } = options;
  const answered = await answeredOrFree(context, request ? { by: actor.user, ...request } : null);
  if (answered) return answered as unknown as RunSummary;
  return changeRun(context, runId, options, (state) => acceptance(context, state, fingerprint, actor.user));
}

function acceptance(context: RunnerContext, state: RunState, fingerprint: string, by: string): Draft {
  if (state.machine.value !== 'parked')
    throw new HoldpointError('BAD_REQUEST', `Run ${state.id} is not parked; there is no change to accept.`);
  const crew = requireCrew(context, state.config.name);
  if (fingerprint !== crew.fingerprint)
    throw new HoldpointError(
      'CREW_CHANGED',
      `The crew "${crew.name}" is not the one that was looked at any more. Look at its differences again, and accept those.`,
      { details: { changes: changesBetween(state.config, crew.config) } },
    );
  const resumed = draft('run.resumed', { fingerprint, config: crew.config, modules: crew.modules ?? null }, by);
  requireFoldable(state, resumed);
  return resumed;
}

/** @throws `CREW_CHANGED` if the run cannot go on with what is to be accepted */
function requireFoldable(state: RunState, resumed: Draft): void {
  try {
    fold(state, state.id, place(resumed, state.seq + 1, state.at));
  } catch (error) {
    if (!isHoldpointError(error, 'EVENT_IMPOSSIBLE')) throw error;
    throw new HoldpointError('CREW_CHANGED', `Run ${state.id} cannot go on with the changed crew. ${error.message}`, {
      cause: error,
    });
  }
}
