import { crewMachine } from './crew-machine.ts';
import type { RunEvent, RunEventOf } from './events.ts';
import type { AnswerUsage } from './model.ts';
import { impossible, move } from './move.ts';
import type { RunState, TaskState, Turn } from './run-state.ts';
import { type Spent, withCall } from './spent.ts';
import { type TaskMachineEvent, taskMachine } from './task-machine.ts';

type TaskLevel = RunEventOf<
  | 'task.started'
  | 'task.proposed'
  | 'task.revised'
  | 'task.completed'
  | 'task.failed'
  | 'task.skipped'
  | 'model.responded'
  | 'model.failed'
>;

export function foldTask(state: RunState, event: TaskLevel): RunState {
  const task = requireTask(state, event.data.task, event);
  if (event.type === 'model.failed' && !event.data.final)
    return { ...noteFailedTry(state, task, event), ...spentAfter(state, event.data.usage) };
  const moved = { ...task, ...move(taskMachine, task, toMachine(state, event), event) };
  const next = withTask(state, learn(moved, event));
  if (event.type === 'model.responded') return { ...next, ...spentAfter(state, event.data.answer.usage) };
  if (event.type === 'model.failed') return { ...next, ...spentAfter(state, event.data.usage) };
  if (event.type !== 'task.failed') return next;
  return { ...next, ...move(crewMachine, state, { type: 'task.failed' }, event), error: event.data.error };
}

function toMachine({ config }: RunState, event: TaskLevel): TaskMachineEvent {
  if (event.type === 'task.revised') return { type: event.type, cause: event.data.cause };
  if (event.type !== 'task.proposed') return { type: event.type };
  const { complaint, blocked, escalation } = event.data;
  const content = complaint === null && blocked === null && escalation === null;
  return { type: event.type, reviewed: config.process === 'hierarchical' && content };
}

/** What the event adds to the task's data, its machine having moved. */
function learn(task: TaskState, event: TaskLevel): TaskState {
  switch (event.type) {
    case 'task.started':
      return { ...task, description: event.data.description, turns: [], failure: null };
    case 'model.responded':
      if (task.machine.value === 'weighing') return { ...task, review: event.data.answer };
      return { ...task, turns: [...task.turns, { kind: 'answer', answer: event.data.answer, actions: {} }] };
    case 'model.failed':
      return { ...task, failure: event.data.error };
    case 'task.proposed':
      return { ...task, proposal: event.data };
    case 'task.revised':
      return { ...task, turns: told(task, event.data.complaint), failure: null };
    case 'task.completed':
      return { ...task, output: event.data.output };
    case 'task.failed':
      return { ...task, failure: event.data.error };
    case 'task.skipped':
      return task;
  }
}

function told(task: TaskState, text: string): readonly Turn[] {
  return text === '' ? task.turns : [...task.turns, { kind: 'told', text }];
}

function noteFailedTry(state: RunState, task: TaskState, event: RunEvent): RunState {
  const { value } = task.machine;
  if (value !== 'thinking' && value !== 'reviewing')
    throw impossible(event, `the task is ${String(value)}; nobody asks a model for it`);
  return state;
}

/** A try of which nothing is known counts as nothing. */
function spentAfter({ usage, spentUsd }: RunState, used: AnswerUsage | undefined): Spent {
  return used ? withCall({ usage, spentUsd }, used) : { usage, spentUsd };
}

export function requireTask(state: RunState, key: string, event: RunEvent): TaskState {
  const task = state.tasks.get(key);
  if (!task) throw impossible(event, `the crew has no task "${key}"`);
  return task;
}

export function withTask(state: RunState, task: TaskState): RunState {
  return { ...state, tasks: state.tasks.with(task) };
}
