import { setImmediate as nextTurn } from 'node:timers/promises';
import { isHoldpointError } from '../errors.ts';
import type { Authenticator } from './identity/authenticator.ts';
import type { ServerLimits } from './limits.ts';
import { bufferedBytes, type ReviewNamespace, type ReviewSocket } from './review-socket.ts';
import type { ServerLog } from './server-log.ts';

/** Cuts sockets whose token was revoked or ran out, also when they only listen. A token is looked at once, however many came with it. */
export async function cutUnauthenticated(
  namespace: ReviewNamespace,
  { authenticator, log }: { authenticator: Authenticator; log: ServerLog },
): Promise<void> {
  const keyOf = ({ data }: ReviewSocket) => JSON.stringify(data.credential);
  for (const sockets of Map.groupBy(namespace.sockets.values(), keyOf).values()) {
    // Nothing that happens meanwhile waits for all of them.
    await nextTurn();
    try {
      if (sockets[0]) await authenticator.identify(sockets[0].data.credential);
    } catch (err) {
      if (isHoldpointError(err, 'UNAUTHENTICATED')) for (const socket of sockets) socket.disconnect(true);
      else log.error({ err }, 'a token could not be checked; looked at again in two seconds');
    }
  }
}

/** Cuts clients that do not take what they are sent, before what waits for them fills the memory. */
export class SlowClients {
  readonly #limits: ServerLimits;
  readonly #since = new WeakMap<ReviewSocket, number>();

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  cut(namespace: ReviewNamespace, now: number): void {
    const { maxBufferedBytes, slowClientMs } = this.#limits;
    for (const socket of namespace.sockets.values()) {
      if (bufferedBytes(socket) <= maxBufferedBytes) {
        this.#since.delete(socket);
        continue;
      }
      const since = this.#since.get(socket) ?? now;
      this.#since.set(socket, since);
      // The connection, not the namespace: so the client comes back by itself and resumes its watches.
      if (now - since >= slowClientMs) socket.conn.close(true);
    }
  }
}
