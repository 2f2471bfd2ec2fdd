import { messageOf } from '../errors.ts';
import type { ServerLog } from './server-log.ts';

export interface AfterThisTurn<T> {
  add(item: T): void;
  /** Does now what is still to be done. */
  close(): void;
}

/**
 * Does something with each item, in their order, when the event loop comes round: what this turn has begun leaves the process first.
 * Writing to many sockets takes a while, and nobody whose turn it is shall wait for it.
 */
export function afterThisTurn<T>(work: (item: T) => void, log: ServerLog): AfterThisTurn<T> {
  const items: T[] = [];
  const doAll = () => {
    for (const item of items.splice(0)) {
      try {
        work(item);
      } catch (err) {
        log.error({ err }, `not all were told: ${messageOf(err)}`);
      }
    }
  };
  return {
    add(item) {
      if (items.push(item) === 1) setImmediate(doAll);
    },
    close: doAll,
  };
}
