/** A task in the graph: what it waits for, by key. */
export interface GraphTask {
  readonly key: string;
  readonly after: readonly string[];
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
