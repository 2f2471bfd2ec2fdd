import { type ErrorBody, HoldpointError, isHoldpointError } from '../errors.ts';
import { faultPoint } from '../journal/fault-point.ts';
import type { Engine } from '../runner/engine.ts';
import { call, toErrorBody } from './call.ts';
import type { Authenticator } from './identity/authenticator.ts';
import type { ServerLimits } from './limits.ts';
import type { Watching } from './operation.ts';
import type { Answer } from './protocol/answer.ts';
import type { ReviewSocket } from './review-socket.ts';
import type { ServerLog } from './server-log.ts';
import { TokenBucket } from './token-bucket.ts';

export interface Receiving {
  readonly engine: Engine;
  readonly authenticator: Authenticator;
  readonly watching: Watching;
  readonly log: ServerLog;
  readonly limits: ServerLimits;
}

/** Answers every message of a socket. One without an acknowledgement to call is not done: nobody could be told how it went. */
export function receive(socket: ReviewSocket, receiving: Receiving): void {
  const { messagesPerSecond: perSecond } = receiving.limits;
  const bucket = new TokenBucket({ perSecond, burst: 2 * perSecond });
  // As middleware that never calls on: so no name that a client makes up reaches the emitter underneath.
  socket.use((message) => {
    const [name, ...args] = message as unknown[];
    const acknowledge = args.pop();
    if (typeof acknowledge !== 'function') return;
    const retryAfterMs = bucket.take();
    if (retryAfterMs > 0) acknowledge(refusal(rateLimited(perSecond, retryAfterMs)));
    else {
      void respond(name, args, { socket, ...receiving }).then((answer) => {
        faultPoint('acknowledge.before');
        acknowledge(answer);
        faultPoint('acknowledge.after');
      });
    }
  });
}

async function respond(
  name: unknown,
  args: readonly unknown[],
  { socket, engine, authenticator, watching, log }: Receiving & { socket: ReviewSocket },
): Promise<Answer<unknown>> {
  try {
    if (args.length > 1) throw new HoldpointError('BAD_REQUEST', 'A message has one payload, an object.');
    const identity = await authenticator.identify(socket.data.credential);
    return await call(name, args[0], { engine, identity, watching, log });
  } catch (error) {
    if (isHoldpointError(error, 'UNAUTHENTICATED')) setImmediate(() => socket.disconnect(true));
    return refusal(toErrorBody(error, { name: null, log }));
  }
}

function refusal(error: ErrorBody): Answer<never> {
  return { ok: false, error };
}

function rateLimited(perSecond: number, retryAfterMs: number): ErrorBody {
  const message = `More than ${perSecond} messages a second. Send this one again in ${retryAfterMs} ms.`;
  return new HoldpointError('RATE_LIMITED', message, { details: { retryAfterMs } }).toBody();
}
