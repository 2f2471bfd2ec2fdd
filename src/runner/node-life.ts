import { hostname } from 'node:os';
import { NODE_SILENCE_MS } from '../journal/deadline.ts';
import type { NodeRow } from '../journal/journal.ts';

/** A process of this machine is asked for; one of another machine is believed as long as it is heard of. */
export function isAlive(node: NodeRow, now: number): boolean {
  return !isGone(node) && now - Date.parse(node.seenAt) <= NODE_SILENCE_MS;
}

/** Whether a node certainly does nothing any more. One that is merely silent may be frozen, and go on later. */
export function isGone({ host, pid }: NodeRow): boolean {
  return host === hostname() && pid !== process.pid && !processExists(pid);
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
