import { draft } from '../crew/events.ts';
import { fold } from '../crew/fold.ts';
import type { RunState } from '../crew/run-state.ts';
import { summaryOf } from '../crew/summary.ts';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import { amendRun } from './amend-run.ts';
import type { RunnerContext } from './context.ts';
import type { ActOptions, CrewChange } from './engine.ts';
import { loadRun } from './load-run.ts';
import { changesBetween } from './park.ts';
import { place } from './settle.ts';
import { requireCrew } from './start-run.ts';
import { requireNoStop } from './stops.ts';

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
  const answered = request ? await context.journal.answered({ by: actor.user, ...request }) : null;
  if (answered) return answered as unknown as RunSummary;
  await requireNoStop(context);
  const { state } = await loadRun(context.journal, runId);
  if (state.machine.value !== 'parked')
    throw new HoldpointError('BAD_REQUEST', `Run ${runId} is not parked; there is no change to accept.`);
  const crew = requireCrew(context, state.config.name);
  if (fingerprint !== crew.fingerprint)
    throw new HoldpointError(
      'CREW_CHANGED',
      `The crew "${crew.name}" is not the one that was looked at any more. Look at its differences again, and accept those.`,
      { details: { changes: changesBetween(state.config, crew.config) } },
    );
  const resumed = draft(
    'run.resumed',
    { fingerprint: crew.fingerprint, config: crew.config, modules: crew.modules ?? null },
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
