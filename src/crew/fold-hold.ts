import type { HoldRecord } from '../hooks/hold.ts';
import { foldHold, openHold } from '../hooks/hold-fold.ts';
import type { Json } from '../json/json.ts';
import { type ActionMachineEvent, actionMachine } from './action-machine.ts';
import { crewMachine } from './crew-machine.ts';
import type { RunEvent, RunEventOf } from './events.ts';
import { withAction } from './fold-action.ts';
import { requireTask, withTask } from './fold-task.ts';
import { impossible, move } from './move.ts';
import type { ActionState, Decision, RunState } from './run-state.ts';
import { taskMachine } from './task-machine.ts';

type HoldLevel = Extract<RunEvent, { type: `hold.${string}` }>;
type Moving = RunEventOf<'hold.opened' | 'hold.decided' | 'hold.expired' | 'hold.cancelled'>;

export function foldHoldEvent(state: RunState, event: HoldLevel): RunState {
  if (event.type === 'hold.opened') {
    const place = {
      seq: event.seq,
      at: event.at,
      runId: state.id,
      crew: state.config.name,
      requestedBy: state.requestedBy,
      forkedBy: state.forkedFrom?.by ?? [],
      inherited: event.seq <= (state.forkedFrom?.copied ?? 0),
    };
    const hold = openHold(event.data, place);
    return moveHeld({ ...withHold(state, hold), holdCount: state.holdCount + 1 }, hold, event);
  }
  const open = state.holds.get(event.data.holdId);
  if (!open) throw impossible(event, `there is no hold ${event.data.holdId}`);
  if (open.status !== 'open') throw impossible(event, `hold ${open.id} is ${open.status}`);
  const hold = foldHold(open, event);
  const next = withHold(state, hold);
  switch (event.type) {
    case 'hold.decided':
      if (event.data.digest !== open.digest)
        throw impossible(event, `it is on digest ${event.data.digest}, the open revision has ${open.digest}`);
      return moveHeld(next, hold, event);
    case 'hold.expired':
    case 'hold.cancelled':
      return moveHeld(next, hold, event);
    case 'hold.claimed':
    case 'hold.released':
    case 'hold.commented':
    case 'hold.voted':
    case 'hold.revised':
    case 'hold.reminded':
    case 'hold.escalated':
      return next;
  }
}

/** Moves the one machine that the hold stops: its action, else its task, else the run. */
function moveHeld(state: RunState, hold: HoldRecord, event: Moving): RunState {
  const decision = event.type === 'hold.decided' ? { ...event.data, by: event.by, at: event.at } : null;
  if (hold.action) return moveHeldAction(state, hold, event, decision);
  if (hold.task === null) {
    return { ...state, ...move(crewMachine, state, { type: event.type, choice: choiceOf(decision?.value) }, event) };
  }
  const task = requireTask(state, hold.task, event);
  const input = { type: event.type, kind: hold.kind, verdict: decision?.verdict ?? 'approve' };
  const moved = { ...task, ...move(taskMachine, task, input, event), holdId: hold.id, decision };
  return withTask(
    state,
    decision?.verdict === 'reject' && hold.kind === 'after' ? { ...moved, rejectedHold: hold.id } : moved,
  );
}

function moveHeldAction(state: RunState, hold: HoldRecord, event: Moving, decision: Decision | null): RunState {
  const action = hold.action && state.actions.get(hold.action.id);
  if (!action) throw impossible(event, `there is no action ${hold.action?.id}`);
  const input: ActionMachineEvent = { type: event.type, verdict: decision?.verdict ?? 'approve' };
  const allowed = decision?.verdict === 'approve' || decision?.verdict === 'modify';
  const approvedDigest = allowed ? decision.effectiveDigest : action.approvedDigest;
  const next: ActionState = {
    ...action,
    ...move(actionMachine, action, input, event),
    holdId: hold.id,
    decision,
    approvedDigest,
  };
  const moved = withAction(state, next);
  if (decision?.verdict === 'reject') return countRejection(moved, action, hold, event);
  return allowed ? forgetRejections(moved, action, event) : moved;
}

function countRejection(state: RunState, action: ActionState, hold: HoldRecord, event: RunEvent): RunState {
  const task = requireTask(state, action.task, event);
  const count = (task.rejectedCalls[action.tool]?.count ?? 0) + 1;
  return withTask(state, {
    ...task,
    rejectedCalls: { ...task.rejectedCalls, [action.tool]: { holdId: hold.id, count } },
  });
}

/** Once a call was let through, the tool's next one is a matter of its own, not a further revision. */
function forgetRejections(state: RunState, action: ActionState, event: RunEvent): RunState {
  const task = requireTask(state, action.task, event);
  if (!Object.hasOwn(task.rejectedCalls, action.tool)) return state;
  const { [action.tool]: _settled, ...rejectedCalls } = task.rejectedCalls;
  return withTask(state, { ...task, rejectedCalls });
}

function withHold(state: RunState, hold: HoldRecord): RunState {
  return { ...state, holds: state.holds.with(hold) };
}

/** The choice that a `respond` to an escalation or a run hold makes; null where the value has none. */
export function choiceOf(value: Json | undefined): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { choice } = value as { choice?: Json };
  return typeof choice === 'string' ? choice : null;
}
