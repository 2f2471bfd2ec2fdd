import { hostname } from 'node:os';
import { NODE_SILENCE_MS } from '../journal/deadline.ts';
import type { SeenNode } from '../journal/journal.ts';

/** `now`: the clock of whoever asks, which counts where all nodes are on its machine. */
export function isAlive(node: SeenNode, now: number): boolean {
  return !isGone(node) && silenceMs(node, now) <= NODE_SILENCE_MS;
}

/**
 * Whether a node certainly does nothing any more. One that is merely silent may be frozen, and go on later. Only a process of
 * this machine can be asked for: elsewhere, and in another container under the same host name, the same id means another process.
 */
export function isGone({ silentMs, host, pid }: SeenNode): boolean {
  return silentMs === null && host === hostname() && pid !== process.pid && !processExists(pid);
}

/** For how long a node was not heard of, in milliseconds. */
export function silenceMs({ silentMs, seenAt }: SeenNode, now: number): number {
  return silentMs ?? now - Date.parse(seenAt);
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
