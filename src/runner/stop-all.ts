import { draft } from '../crew/events.ts';
import { fold } from '../crew/fold.ts';
import { summaryOf } from '../crew/summary.ts';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import type { RunStatus } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import { amendRun } from './amend-run.ts';
import { cancelRun } from './cancel-run.ts';
import type { RunnerContext } from './context.ts';
import type { ActOptions, StopRequest } from './engine.ts';
import { loadRun } from './load-run.ts';
import { place } from './settle.ts';

/** Runs that are stopped side by side, so that one stop does not wait for thousands. */
const AT_ONCE = 50;
/** Runs may start or wake while others are being stopped. */
const MAX_PASSES = 5;

/**
 * Stops every run of the database, on whatever node: once its parking is durable no owner can append the start of an effect any
 * more, and what a node has under way it learns of within a second. Effects that had begun are recorded, not cut off; `cancel`
 * cuts them off and ends the runs.
 * @returns the runs that were stopped; those that were ending already end by themselves.
 */
export async function stopAll(context: RunnerContext, request: StopRequest, options: ActOptions): Promise<RunId[]> {
  const stopped = new Set<RunId>();
  const statuses: RunStatus[] = request.cancel ? ['running', 'held', 'parked'] : ['running', 'held'];
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    const runs = (await runsWith(context, statuses)).filter((id) => !stopped.has(id));
    let found = 0;
    for (let from = 0; from < runs.length; from += AT_ONCE) {
      const chunk = runs.slice(from, from + AT_ONCE);
      const done = await Promise.all(chunk.map((runId) => stopOne(context, runId, request, options)));
      for (const [index, runId] of chunk.entries()) if (done[index]) stopped.add(runId);
      found += done.filter(Boolean).length;
    }
    if (found === 0) break;
  }
  return [...stopped];
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

async function stopOne(
  context: RunnerContext,
  runId: RunId,
  request: StopRequest,
  options: ActOptions,
): Promise<boolean> {
  const { reason, cancel } = request;
  const { actor } = options;
  try {
    if (!cancel) return await parkRun(context, runId, reason, { actor });
    await cancelRun(context, runId, reason, { actor });
    return true;
  } catch (error) {
    if (isHoldpointError(error, 'RUN_ENDED')) return false;
    throw error;
  }
}

async function parkRun(context: RunnerContext, runId: RunId, reason: string, options: ActOptions): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    const { state } = await loadRun(context.journal, runId);
    const { fingerprint } = state;
    if (!state.machine.can({ type: 'run.parked' }) || state.machine.value === 'parked') return false;
    const changes = [`Stopped by ${options.actor.user}: ${reason}`];
    const parked = draft('run.parked', { expected: fingerprint, found: fingerprint, changes }, options.actor.user);
    try {
      return await amendRun(context, runId, options, (view, now) => {
        if (view.head.seq !== state.seq)
          throw new HoldpointError('SEQ_CONFLICT', `Run ${runId} moved on while it was read. Send it again.`);
        const summary = summaryOf(fold(state, runId, place(parked, state.seq + 1, now)));
        return { drafts: [parked], summary, answer: () => true };
      });
    } catch (error) {
      if (!isHoldpointError(error, 'SEQ_CONFLICT') || tries >= 50) throw error;
    }
  }
}
