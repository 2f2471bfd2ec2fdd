import type { RunStatus, RunSummary, TaskStatus } from '../hooks/run-summary.ts';
import type { Json } from '../json/json.ts';
import { isWorking, pendingCommands } from './commands.ts';
import { hasEnded, type RunState, type TaskState, taskHasEnded } from './run-state.ts';

/** The run at a glance, without `outputs`: the row of the journal's index, and what broadcasts carry. */
export function summaryOf(state: RunState): RunSummary {
  const tasks: Record<string, TaskStatus> = {};
  for (const task of state.tasks) tasks[task.key] = taskStatus(state, task);
  return {
    id: state.id,
    crew: state.config.name,
    status: runStatus(state),
    tasks,
    openHolds: openHolds(state),
    usage: state.usage,
    requestedBy: state.requestedBy,
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    lastSeq: state.seq,
    error: errorOf(state),
  };
}

function errorOf({ machine, endedAt, error, parkedFor }: RunState): RunSummary['error'] {
  if (machine.value === 'parked') return parkedFor;
  return endedAt === null ? null : error;
}

export function outputsOf(state: RunState): Record<string, Json> {
  const outputs: Record<string, Json> = {};
  for (const task of state.tasks) if (task.output !== undefined) outputs[task.key] = task.output;
  return outputs;
}

export function openHolds(state: RunState): RunSummary['openHolds'] {
  return state.holds.all().flatMap((hold) => (hold.status === 'open' ? [hold.id] : []));
}

function runStatus(state: RunState): RunStatus {
  switch (state.machine.value) {
    case 'completed':
    case 'failed':
    case 'cancelled':
    case 'parked':
      return state.machine.value;
    default:
      return pendingCommands(state).length === 0 && openHolds(state).length > 0 ? 'held' : 'running';
  }
}

function taskStatus(state: RunState, task: TaskState): TaskStatus {
  if (taskHasEnded(task)) return task.machine.value as TaskStatus;
  switch (task.machine.value) {
    case 'waiting':
    case 'blocked':
    case 'ready':
      return 'waiting';
    case 'withdrawn':
      return 'skipped';
  }
  // Nobody works on it and nobody is asked any more.
  if (hasEnded(state)) return 'skipped';
  switch (task.machine.value) {
    case 'heldBefore':
    case 'heldAfter':
    case 'escalated':
      return 'held';
    case 'acting':
      return isWorking(state, task) ? 'working' : 'held';
    default:
      return 'working';
  }
}
