import type { RunSummary, TaskStatus } from '../../../src/client/index.ts';
import type { MarkName } from '../shell/mark-name.ts';

/** A task's state as it is shown. In a parked run nothing works: what was under way is parked with it. */
export type ShownTask = TaskStatus | 'parked';

export function shownTasks({ status, tasks }: Pick<RunSummary, 'status' | 'tasks'>): Record<string, ShownTask> {
  if (status !== 'parked') return tasks;
  return Object.fromEntries(Object.entries(tasks).map(([key, of]) => [key, of === 'working' ? 'parked' : of]));
}

export function markOfTask(status: ShownTask): MarkName {
  return status === 'parked' ? 'waiting' : status;
}
