import { type Draft, draft } from '../crew/events.ts';
import { fold } from '../crew/fold.ts';
import type { ActionState, RunState } from '../crew/run-state.ts';
import { summaryOf } from '../crew/summary.ts';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import type { ActionId, RunId } from '../ids.ts';
import type { Head } from '../journal/envelope.ts';
import { amendRun } from './amend-run.ts';
import type { RunnerContext } from './context.ts';
import type { ActOptions, Finding } from './engine.ts';
import { requireRoomForNotes } from './full-journal.ts';
import { loadRun } from './load-run.ts';
import { place } from './settle.ts';

type Recorded = { recordedSeq: number };

/** Has an action reversed by its tool's `undo`, within its window. @throws `ACTION_NOT_FOUND`, `UNDO_NOT_POSSIBLE` */
export async function undoAction(
  context: RunnerContext,
  runId: RunId,
  actionId: ActionId,
  reason: string,
  options: ActOptions,
): Promise<Recorded> {
  return amendAction(context, { runId, actionId, options }, (action, now) => {
    checkUndoable(action, now);
    return draft('action.undo-started', { task: action.task, actionId, reason }, options.actor.user);
  });
}

function checkUndoable({ id, machine, result }: ActionState, now: string): void {
  if (machine.value !== 'succeeded' || !result)
    throw notPossible(`Action ${id} is ${String(machine.value)}; only one that succeeded can be undone.`);
  if (result.undoUntil === null)
    throw notPossible(`Action ${id} cannot be undone: its tool has no \`undo\`, or a person did it.`);
  if (result.undoUntil <= now) throw notPossible(`Action ${id} could be undone until ${result.undoUntil}.`);
}

/** What a person found of an action that ran by itself. @throws `ACTION_NOT_FOUND`, `JOURNAL_FULL` */
export async function auditAction(
  context: RunnerContext,
  runId: RunId,
  actionId: ActionId,
  { finding, reason }: Finding,
  options: ActOptions,
): Promise<Recorded> {
  return amendAction(context, { runId, actionId, options }, (action, _now, head) => {
    requireRoomForNotes(context, runId, head);
    return draft('action.audited', { task: action.task, actionId, finding, reason }, options.actor.user);
  });
}

interface On {
  readonly runId: RunId;
  readonly actionId: ActionId;
  readonly options: ActOptions;
}

/** Actions have no row of their own: the run is folded first, and folded again if somebody appended before the lock. */
async function amendAction(
  context: RunnerContext,
  { runId, actionId, options }: On,
  event: (action: ActionState, now: string, head: Head) => Draft,
): Promise<Recorded> {
  for (let tries = 1; ; tries++) {
    const { state } = await loadRun(context.journal, runId);
    try {
      return await amendRun(context, runId, options, (view, now) => {
        if (view.head.seq !== state.seq)
          throw new HoldpointError('SEQ_CONFLICT', `Run ${runId} moved on while it was read. Send it again.`);
        const given = event(requireAction(state, actionId), now, view.head);
        const summary = summaryOf(fold(state, runId, place(given, state.seq + 1, now)));
        return { drafts: [given], summary, answer: ({ seq }) => ({ recordedSeq: seq }) };
      });
    } catch (error) {
      if (!isHoldpointError(error, 'SEQ_CONFLICT') || tries >= 20) throw error;
    }
  }
}

function requireAction(state: RunState, actionId: ActionId): ActionState {
  const action = state.actions.get(actionId);
  if (action) return action;
  throw new HoldpointError('ACTION_NOT_FOUND', `Run ${state.id} has no action ${actionId}.`);
}

function notPossible(message: string): HoldpointError {
  return new HoldpointError('UNDO_NOT_POSSIBLE', message);
}
