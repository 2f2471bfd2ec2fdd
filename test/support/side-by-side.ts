/** `total` in parts of at most `most`, in order. */
export function shares(total: number, most: number): number[] {
  return Array.from({ length: Math.ceil(total / most) }, (_, index) => Math.min(most, total - index * most));
}

/**
 * Does the work of each item, at most so many at a time; what came of them, in their order. After a failure nothing more is
 * begun, and it is thrown once all that was begun has ended.
 */
export async function sideBySide<T, R>(
  atOnce: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  const left = items.entries();
  const lane = async () => {
    for (const [index, item] of left) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(item, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  for (const failure of failures) throw failure;
  return results;
}
