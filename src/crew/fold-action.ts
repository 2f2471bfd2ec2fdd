import { actionMachine } from './action-machine.ts';
import type { RunEventOf } from './events.ts';
import { requireTask, withTask } from './fold-task.ts';
import { impossible, move } from './move.ts';
import { type ActionState, actionIsSettled, type RunState, type TaskState, taskHasEnded } from './run-state.ts';
import { taskMachine } from './task-machine.ts';
import { initialSnapshot, transition } from './transition.ts';

type ActionLevel = RunEventOf<
  | 'action.proposed'
  | 'action.started'
  | 'action.succeeded'
  | 'action.failed'
  | 'action.refused'
  | 'action.undo-started'
  | 'action.undone'
  | 'action.undo-failed'
  | 'action.audited'
>;

export function foldAction(state: RunState, event: ActionLevel): RunState {
  const known = state.actions.get(event.data.actionId);
  if (known) return settleActions(withAction(state, moveAction(known, event)), event.data.task);
  if (event.type !== 'action.proposed' && event.type !== 'action.refused')
    throw impossible(event, `there is no action ${event.data.actionId}`);
  return settleActions(propose(state, event), event.data.task);
}

/** A call that the answer asked for, to be settled; one that cannot be (unknown tool, wrong arguments) is refused from the start. */
function propose(state: RunState, event: RunEventOf<'action.proposed' | 'action.refused'>): RunState {
  const task = requireTask(state, event.data.task, event);
  const { actionId: id, callId, tool } = event.data;
  const action: ActionState = {
    id,
    task: task.key,
    machine: initialSnapshot(actionMachine),
    command: 'settleAction',
    callId,
    tool,
    proposed: null,
    started: null,
    startedAt: null,
    holdId: null,
    decision: null,
    approvedDigest: null,
    result: null,
    refusal: null,
    failure: null,
    undo: null,
    undoFailure: null,
    audits: [],
  };
  const moved = { ...task, ...move(taskMachine, task, { type: event.type }, event) };
  const next = withTask(
    { ...state, actionCount: state.actionCount + 1 },
    { ...moved, turns: linkCall(task, callId, id), openActions: [...task.openActions, id] },
  );
  return withAction(
    next,
    event.type === 'action.proposed' ? { ...action, proposed: event.data } : moveAction(action, event),
  );
}

function linkCall(task: TaskState, callId: string, id: ActionState['id']): TaskState['turns'] {
  const last = task.turns.at(-1);
  if (last?.kind !== 'answer') return task.turns;
  return [...task.turns.slice(0, -1), { ...last, actions: { ...last.actions, [callId]: id } }];
}

function moveAction(action: ActionState, event: ActionLevel): ActionState {
  if (event.type === 'action.proposed') throw impossible(event, 'it was proposed before');
  if (event.type === 'action.audited') return { ...action, audits: [...action.audits, event.data] };
  const moved = { ...action, ...move(actionMachine, action, { type: event.type }, event) };
  switch (event.type) {
    case 'action.started':
      return { ...moved, started: event.data, startedAt: event.at, failure: null };
    case 'action.succeeded':
      return {
        ...moved,
        result: { output: event.data.output, source: event.data.source, undoUntil: event.data.undoUntil, at: event.at },
      };
    case 'action.failed':
      return { ...moved, failure: event.data };
    case 'action.refused':
      return { ...moved, refusal: { code: event.data.code, message: event.data.message } };
    case 'action.undo-started':
      return { ...moved, undo: { by: event.by, reason: event.data.reason }, undoFailure: null };
    case 'action.undone':
      return moved;
    case 'action.undo-failed':
      return { ...moved, undoFailure: event.data.error };
  }
}

/** When the last open action of the task's step is settled, the task goes back to its model. */
function settleActions(state: RunState, key: string): RunState {
  const task = state.tasks.get(key);
  if (!task || task.openActions.length === 0) return state;
  const openActions = task.openActions.filter((id) => {
    const action = state.actions.get(id);
    return action !== undefined && !actionIsSettled(action);
  });
  if (openActions.length === task.openActions.length) return state;
  const answered = openActions.length === 0 && !taskHasEnded(task) && allCallsKnown(task);
  const settled = answered ? transition(taskMachine, task.machine, { type: 'actions.settled' }) : null;
  if (!settled) return withTask(state, { ...task, openActions });
  return withTask(state, { ...task, openActions, machine: settled[0], command: 'callModel' });
}

/** The first of two calls may be refused before the second was even proposed. */
function allCallsKnown(task: TaskState): boolean {
  const last = task.turns.at(-1);
  return last?.kind === 'answer' && Object.keys(last.actions).length === last.answer.toolCalls.length;
}

export function withAction(state: RunState, action: ActionState): RunState {
  const actions = state.actions.with(action);
  return { ...state, actions, owedActions: owedWith(state.owedActions, action, actions) };
}

function owedWith(
  owed: RunState['owedActions'],
  { id, command }: ActionState,
  actions: RunState['actions'],
): RunState['owedActions'] {
  if (command === null) return owed.includes(id) ? owed.filter((other) => other !== id) : owed;
  if (owed.includes(id)) return owed;
  const place = (key: ActionState['id']) => actions.placeOf(key) ?? 0;
  return [...owed, id].sort((a, b) => place(a) - place(b));
}
