import { draft } from '../crew/events.ts';
import { isHoldpointError } from '../errors.ts';
import type { RunStatus } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import type { Json } from '../json/json.ts';
import { cancelRun } from './cancel-run.ts';
import { changeRun } from './change-run.ts';
import type { RunnerContext } from './context.ts';
import type { ActOptions, ResumeRequest, StopRequest } from './engine.ts';
import { isUnreadable } from './load-run.ts';
import { declareStop, liftStop, parkedBy, type Stop } from './stops.ts';

/** Runs that are stopped or resumed side by side, so that one call does not wait for thousands. */
const AT_ONCE = 50;
/** A run may go from one list to another while the lists are read, or be parked by a node that looked just before. */
const MAX_PASSES = 5;

/**
 * Stops everything in the database, on whatever node, until somebody lifts that. Once the stop is declared nothing starts any more; once a
 * run's parking is durable no owner can append the start of an effect, and what a node has under way it learns of within a
 * second. Effects that had begun are recorded, not cut off; `cancel` cuts them off and ends the runs.
 * @returns the runs that were stopped; those that were ending already end by themselves.
 */
export async function stopAll(context: RunnerContext, request: StopRequest, options: ActOptions): Promise<RunId[]> {
  return answeredOnce(context, options, async () => {
    const before = await runsWith(context, ['running', 'held']);
    const stop = await declareStop(context, request.reason, options.actor.user);
    const statuses: RunStatus[] = request.cancel ? ['running', 'held', 'parked'] : ['running', 'held'];
    const stopped = await untilNoneIsLeft(context, statuses, (runId) =>
      stopOne(context, runId, { ...request, stop }, options),
    );
    if (request.cancel) return stopped;
    // Whoever drove them may have seen the stop first, and parked them.
    const done = new Set(stopped);
    const others = before.filter((runId) => !done.has(runId));
    return [...stopped, ...(await each(context, others, (runId) => isParked(context, runId)))];
  });
}

/** Lifts the stop, and lets the runs go on that a stop had parked. @returns which */
export async function resumeAll(context: RunnerContext, request: ResumeRequest, options: ActOptions): Promise<RunId[]> {
  return answeredOnce(context, options, async () => {
    await liftStop(context, request.reason, options.actor.user);
    if (request.keepParked) return [];
    return untilNoneIsLeft(context, ['parked'], (runId) => resumeOne(context, runId, options));
  });
}

/** Parks these runs if everything is stopped: also what its declarer did not reach, because it ended in between. */
export async function parkIfStopped(context: RunnerContext, runs: readonly RunId[]): Promise<void> {
  const stop = runs.length === 0 ? null : await context.stops.standing();
  if (stop) await each(context, runs, (runId) => parkRun(context, runId, stop, { actor: CLOCK }));
}

const CLOCK = { user: 'system', roles: [], groups: [] };

/** What was answered to a request before is answered again; one that was cut off is done again, which changes nothing more. */
async function answeredOnce(
  { journal }: RunnerContext,
  { actor, request }: ActOptions,
  work: () => Promise<RunId[]>,
): Promise<RunId[]> {
  const asked = request ? { by: actor.user, ...request } : null;
  const before = asked && (await journal.answered(asked));
  if (before) return before as RunId[];
  const runs = await work();
  if (asked) await journal.amendSystem<Json>(asked, () => ({ events: [], answer: runs }));
  return runs;
}

/** @returns the runs with which it was done. */
async function untilNoneIsLeft(
  context: RunnerContext,
  statuses: readonly RunStatus[],
  work: (runId: RunId) => Promise<boolean>,
): Promise<RunId[]> {
  const all = new Set<RunId>();
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    const runs = (await runsWith(context, statuses)).filter((id) => !all.has(id));
    const done = await each(context, runs, work);
    for (const runId of done) all.add(runId);
    if (done.length === 0) break;
  }
  return [...all];
}

/** What works comes first: it may begin an effect. */
async function runsWith({ journal }: RunnerContext, statuses: readonly RunStatus[]): Promise<RunId[]> {
  const found: RunId[] = [];
  for (const status of statuses) {
    let cursor: string | undefined;
    do {
      const page = await journal.runs({ status, limit: 200, cursor });
      found.push(...page.items.map(({ id }) => id));
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
  }
  return found;
}

/** @returns the runs with which it was done. */
async function each(
  context: RunnerContext,
  runs: readonly RunId[],
  work: (runId: RunId) => Promise<boolean>,
): Promise<RunId[]> {
  const done: RunId[] = [];
  for (let from = 0; from < runs.length; from += AT_ONCE) {
    const chunk = runs.slice(from, from + AT_ONCE);
    const results = await Promise.all(chunk.map((runId) => workOn(context, runId, work)));
    done.push(...chunk.filter((_, index) => results[index]));
  }
  return done;
}

/** One that cannot be read goes nowhere by itself, and must not keep the others from being reached. */
async function workOn(
  { log }: RunnerContext,
  runId: RunId,
  work: (runId: RunId) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await work(runId);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    log.error({ runId, err: error }, `run ${runId} was passed over, its journal cannot be read: ${error.message}`);
    return false;
  }
}

async function isParked({ journal }: RunnerContext, runId: RunId): Promise<boolean> {
  return (await journal.run(runId))?.summary.status === 'parked';
}

async function stopOne(
  context: RunnerContext,
  runId: RunId,
  { reason, cancel, stop }: StopRequest & { readonly stop: Stop },
  { actor }: ActOptions,
): Promise<boolean> {
  try {
    if (!cancel) return await parkRun(context, runId, stop, { actor });
    await cancelRun(context, runId, reason, { actor });
    return true;
  } catch (error) {
    if (isHoldpointError(error, 'RUN_ENDED')) return false;
    throw error;
  }
}

async function parkRun(context: RunnerContext, runId: RunId, stop: Stop, { actor }: ActOptions): Promise<boolean> {
  return (await changeRun(context, runId, { actor }, (state) => parkedBy(stop, state, actor.user))) !== null;
}

/** A run that a stop parked goes on as it was; if its crew changed meanwhile, whoever takes it up parks it for that. */
async function resumeOne(context: RunnerContext, runId: RunId, { actor }: ActOptions): Promise<boolean> {
  const parked = (await context.journal.read(runId, { type: 'run.parked' })).at(-1)?.data as
    | { stop?: number }
    | undefined;
  if (parked?.stop === undefined) return false;
  const resumed = await changeRun(context, runId, { actor }, ({ machine, fingerprint, config }) =>
    machine.value === 'parked' ? draft('run.resumed', { fingerprint, config, modules: null }, actor.user) : null,
  );
  return resumed !== null;
}
