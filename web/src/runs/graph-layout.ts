/** A task in the graph: what it waits for, by key. */
export interface GraphTask {
  readonly key: string;
  readonly after: readonly string[];
}

/** Without what follows from the rest: a task that waits for b, which waits for a, needs no line from a. */
export function withoutDetours(tasks: readonly GraphTask[]): GraphTask[] {
  const after = new Map(tasks.map((task) => [task.key, task.after]));
  const known = new Map<string, ReadonlySet<string>>();
  const allBefore = (key: string): ReadonlySet<string> => {
    const before = known.get(key) ?? new Set((after.get(key) ?? []).flatMap((next) => [next, ...allBefore(next)]));
    known.set(key, before);
    return before;
  };
  return tasks.map((task) => ({
    ...task,
    after: task.after.filter((from) => !task.after.some((other) => other !== from && allBefore(other).has(from))),
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

/** Width of a task in the picture. */
export const TASK_WIDTH = 200;

/** The tasks of a picture that fit into `width`, around one of them as far as there are others on both sides. */
export function inReach(
  places: ReadonlyMap<string, { readonly x: number }>,
  around: string | undefined,
  width: number,
): string[] {
  const all = [...places];
  const [left, right] = [Math.min(...all.map(([, { x }]) => x)), Math.max(...all.map(([, { x }]) => x)) + TASK_WIDTH];
  if (right - left <= width) return all.map(([key]) => key);
  const middle = (places.get(around ?? '')?.x ?? left) + TASK_WIDTH / 2;
  const from = Math.max(left, Math.min(middle - width / 2, right - width));
  const fit = all.filter(([, { x }]) => x >= from && x + TASK_WIDTH <= from + width).map(([key]) => key);
  return fit.length > 0 ? fit : all.filter(([key]) => key === around).map(([key]) => key);
}
