import { isHoldpointError } from '../errors.ts';
import type { Answer } from './protocol/answer.ts';

/** The answer that a piece of work comes to. What is not a `HoldpointError` goes on up: it is a fault of the server. */
export async function answerOf<T>(work: () => Promise<T> | T): Promise<Answer<T>> {
  try {
    return { ok: true, data: await work() };
  } catch (error) {
    if (!isHoldpointError(error)) throw error;
    return { ok: false, error: error.toBody() };
  }
}
