import { hostname } from 'node:os';
import { messageOf } from '../errors.ts';
import { NODE_SILENCE_MS } from '../journal/deadline.ts';
import type { NodeRow } from '../journal/journal.ts';
import type { RunnerContext } from './context.ts';

const RENEW_MS = 5_000;

/** Enters this process into the journal's nodes and renews it there, until the returned function is called. */
export async function keepNodeAlive({ journal, nodeId, clock, log }: RunnerContext): Promise<() => Promise<void>> {
  const startedAt = clock.now();
  await journal.enter({ id: nodeId, pid: process.pid, host: hostname(), url: null, startedAt, seenAt: startedAt });
  const stop = clock.every(RENEW_MS, () => {
    journal
      .renew(nodeId, clock.now())
      .catch((error: unknown) => log.error({ err: error }, `node not renewed: ${messageOf(error)}`));
  });
  return async () => {
    stop();
    await journal.leave(nodeId);
  };
}

/** Takes nodes off the list that cannot be alive: their process is gone, or they were silent too long. Their runs are free at once. */
export async function buryDeadNodes({ journal, nodeId, clock, log }: RunnerContext): Promise<void> {
  const now = Date.parse(clock.now());
  for (const node of await journal.nodes()) {
    if (node.id === nodeId || isAlive(node, now)) continue;
    log.warn({ nodeId: node.id, pid: node.pid, seenAt: node.seenAt }, 'a node is gone');
    await journal.leave(node.id);
  }
}

/** A process of this machine is asked for; one of another machine is believed as long as it renews. */
export function isAlive(node: NodeRow, now: number): boolean {
  const silent = now - Date.parse(node.seenAt) > NODE_SILENCE_MS;
  if (node.host !== hostname()) return !silent;
  return node.pid === process.pid ? !silent : processExists(node.pid) && !silent;
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
