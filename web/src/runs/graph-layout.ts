/** A task in the graph: what it waits for, by key. */
export interface GraphTask {
  readonly key: string;
  readonly after: readonly string[];
}

/** Without what follows from the rest: a task that waits for b, which waits for a, needs no line from a. */
export function withoutDetours(tasks: readonly GraphTask[]): GraphTask[] {
  const after = new Map(tasks.map((task) => [task.key, task.after]));
  const reaches = (from: string, to: string): boolean =>
    (after.get(from) ?? []).some((next) => next === to || reaches(next, to));
  return tasks.map((task) => ({
    ...task,
    after: task.after.filter((from) => !task.after.some((other) => other !== from && reaches(other, from))),
  }));
}

/** The tasks of a crew from the event that started its run; empty where the event says nothing of them. */
export function tasksOfStart(data: unknown): GraphTask[] {
  const config = (
    data as { config?: { tasks?: Record<string, { context?: string[]; optionalContext?: string[] }> } } | undefined
  )?.config;
  return Object.entries(config?.tasks ?? {}).map(([key, task]) => ({
    key,
    after: [...new Set([...(task.context ?? []), ...(task.optionalContext ?? [])])],
  }));
}
