import type { Draft } from '../crew/events.ts';
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
import { place } from './settle.ts';

/** So often others may be faster. */
const MAX_TRIES = 50;

/**
 * Appends one event to a run that was decided on the whole of its state, which is read before the write: if somebody else appended
 * meanwhile, it is read and decided anew. @returns the run after it; null where `decide` had nothing to append
 */
export function changeRun(
  context: RunnerContext,
  runId: RunId,
  options: ActOptions,
  decide: (state: RunState) => Draft,
): Promise<RunSummary>;
export function changeRun(
  context: RunnerContext,
  runId: RunId,
  options: ActOptions,
  decide: (state: RunState) => Draft | null,
): Promise<RunSummary | null>;
export async function changeRun(
  context: RunnerContext,
  runId: RunId,
  options: ActOptions,
  decide: (state: RunState) => Draft | null,
): Promise<RunSummary | null> {
  for (let tries = 1; ; tries++) {
    const { state } = await loadRun(context.journal, runId);
    const event = decide(state);
    if (!event) return null;
    try {
      return await amendRun(context, runId, options, (view, now) => {
        if (view.head.seq !== state.seq)
          throw new HoldpointError('SEQ_CONFLICT', `Run ${runId} moved on while it was read. Send it again.`);
        const summary = summaryOf(fold(state, runId, place(event, state.seq + 1, now)));
        return { drafts: [event], summary, answer: () => summary };
      });
    } catch (error) {
      if (!isHoldpointError(error, 'SEQ_CONFLICT') || tries >= MAX_TRIES) throw error;
    }
  }
}
