import { crewMachine } from './crew-machine.ts';
import type { RunEvent } from './events.ts';
import { type RunState, type TaskState, taskHasEnded, taskOf } from './run-state.ts';
import { taskMachine } from './task-machine.ts';
import { transition } from './transition.ts';

const SETTLING: ReadonlySet<string> = new Set<RunEvent['type']>([
  'run.started',
  'run.resumed',
  'hold.decided',
  'task.completed',
  'task.skipped',
  'task.failed',
]);

/** After a task ended: readies (or blocks) the tasks that waited on it, and tells the crew when none is left. */
export function settleUpstream(state: RunState, event: RunEvent): RunState {
  if (!SETTLING.has(event.type)) return state;
  const tasks: Record<string, TaskState> = {};
  let left = 0;
  for (const task of Object.values(state.tasks)) {
    tasks[task.key] = task.machine.value === 'waiting' ? readied(state, task) : task;
    if (!taskHasEnded(task)) left++;
  }
  const next = { ...state, tasks };
  if (left > 0 || !state.machine.can({ type: 'tasks.settled' })) return next;
  const [machine] = transition(crewMachine, state.machine, { type: 'tasks.settled' });
  return { ...next, machine, command: 'completeRun' };
}

/**
 * A task whose `context` and `optionalContext` have all ended becomes ready, or blocked if one of its `context` was skipped.
 * (One that failed ends the run, so it needs no rule here.)
 */
function readied(state: RunState, task: TaskState): TaskState {
  const { context = [], optionalContext = [] } = state.config.tasks[task.key] ?? {};
  const upstream = [...context, ...optionalContext].map((key) => taskOf(state, key));
  if (!upstream.every(taskHasEnded)) return task;
  const skipped = context.some((key) => taskOf(state, key).machine.value === 'skipped');
  const [machine] = transition(taskMachine, task.machine, { type: 'upstream.settled', skipped });
  return { ...task, machine, command: skipped ? 'skipTask' : 'prepareTask' };
}
