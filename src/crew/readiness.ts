import type { CrewConfigData } from './crew-config.ts';
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
  let { tasks } = state;
  for (const key of waiting(state, event)) tasks = tasks.with(readied(state, taskOf(state, key)));
  const next = tasks === state.tasks ? state : { ...state, tasks };
  const settled = anyLeft(next) ? null : transition(crewMachine, next.machine, { type: 'tasks.settled' });
  return settled ? { ...next, machine: settled[0], command: 'completeRun' } : next;
}

/** The waiting tasks whose turn may have come: only those that wait for the task that ended, for a crew may have a thousand. */
function waiting(state: RunState, event: RunEvent): readonly string[] {
  const ended = event.type.startsWith('task.') ? (event.data as { task: string }).task : null;
  const candidates =
    ended === null ? state.tasks.all().map(({ key }) => key) : (dependentsIn(state.config).get(ended) ?? []);
  return candidates.filter((key) => taskOf(state, key).machine.value === 'waiting' && upstreamHasEnded(state, key));
}

const known = new WeakMap<CrewConfigData, ReadonlyMap<string, readonly string[]>>();

/** By task: those that name it in their `context` or `optionalContext`. Worked out once for a config. */
function dependentsIn(config: CrewConfigData): ReadonlyMap<string, readonly string[]> {
  const before = known.get(config);
  if (before) return before;
  const dependents = new Map<string, string[]>();
  for (const [key, { context, optionalContext }] of Object.entries(config.tasks))
    for (const upstream of [...context, ...optionalContext]) {
      const list = dependents.get(upstream);
      if (list) list.push(key);
      else dependents.set(upstream, [key]);
    }
  known.set(config, dependents);
  return dependents;
}

function anyLeft({ tasks }: RunState): boolean {
  return !tasks.all().every(taskHasEnded);
}

function upstreamHasEnded(state: RunState, key: string): boolean {
  const { context = [], optionalContext = [] } = state.config.tasks[key] ?? {};
  return [...context, ...optionalContext].every((upstream) => taskHasEnded(taskOf(state, upstream)));
}

/**
 * A task whose `context` and `optionalContext` have all ended becomes ready, or blocked if one of its `context` was skipped.
 * (One that failed ends the run, so it needs no rule here.)
 */
function readied(state: RunState, task: TaskState): TaskState {
  const { context = [] } = state.config.tasks[task.key] ?? {};
  const skipped = context.some((key) => taskOf(state, key).machine.value === 'skipped');
  const step = transition(taskMachine, task.machine, { type: 'upstream.settled', skipped });
  return step ? { ...task, machine: step[0], command: skipped ? 'skipTask' : 'prepareTask' } : task;
}
