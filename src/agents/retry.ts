import type { ModelFailure } from '../crew/model.ts';
import { HoldpointError } from '../errors.ts';
import { FailedTry } from './failed-try.ts';

const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 20_000;
const MAX_RETRY_AFTER_MS = 60_000;

interface RetryOptions {
  readonly maxTries: number;
  readonly signal: AbortSignal;
  readonly onFailure: (failure: ModelFailure) => void;
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, options: { signal: AbortSignal }) => Promise<void>;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

/**
 * Tries until an answer comes, the tries are spent, or trying again cannot help. Every failed try is reported, also the last.
 * @throws {HoldpointError} with the code of the last failure; the signal's reason when aborted; anything that is no
 *   `FailedTry` at once, as it is.
 */
export async function retrying<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  let refusals = 0;
  for (let number = 1; ; number++) {
    options.signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof FailedTry)) throw error;
      if (error.again === 'once') refusals++;
      const last = number >= options.maxTries || error.again === 'never' || refusals > 1;
      const retryInMs = last ? null : delayBefore(number + 1, error, options.random);
      const { code, message, usage } = error;
      options.onFailure({ try: number, error: { code, message }, retryInMs, ...(usage && { usage }) });
      if (retryInMs === null) throw givenUp(error, number);
      await pause(retryInMs, options);
    }
  }
}

/** Exponential with full jitter, so that many runs that failed together do not come back together. */
function delayBefore(number: number, failure: FailedTry, random: () => number): number {
  if (failure.retryAfterMs !== null) return Math.min(failure.retryAfterMs, MAX_RETRY_AFTER_MS);
  return Math.round(random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (number - 2)));
}

async function pause(ms: number, { sleep, signal }: RetryOptions): Promise<void> {
  try {
    await sleep(ms, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

function givenUp(failure: FailedTry, tries: number): HoldpointError {
  const message = tries === 1 ? failure.message : `${failure.message} Given up after ${tries} tries.`;
  return new HoldpointError(failure.code, message, { cause: failure });
}
