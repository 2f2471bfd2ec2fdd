/** How long a function of the crew may take to answer. What keeps time is given from outside. */
export interface TimeLimit {
  readonly ms: number;
  /** Calls back once after so many milliseconds, unless what it returns is called before. */
  readonly after: (ms: number, ring: () => void) => () => void;
}

/**
 * What was promised, or an error once the limit is reached: `late` is aborted with it, and what comes after that is not heard.
 * Without a limit it is waited for.
 */
export async function inTime<T>(
  promised: PromiseLike<T>,
  limit: TimeLimit | undefined,
  late?: AbortController,
): Promise<T> {
  if (!limit) return promised;
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const stop = limit.after(limit.ms, () => {
    const error = new Error(`it did not answer within ${limit.ms} ms (\`functionTimeoutMs\`)`);
    late?.abort(error);
    reject(error);
  });
  try {
    return await Promise.race([promised, tooLate]);
  } finally {
    stop();
  }
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
