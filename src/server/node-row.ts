import { hostname } from 'node:os';
import type { Engine } from '../runner/engine.ts';
import type { ServerLog } from './server-log.ts';

const RENEW_MS = 5_000;

/**
 * Writes the server's address into the journal's row of this node, where other processes look for it before they change
 * anything. Returns how to take it out again; the row itself is the engine's.
 */
export async function announceNode(
  { nodeId, journal }: Engine,
  url: string,
  log: ServerLog,
): Promise<() => Promise<void>> {
  const before = (await journal.nodes()).find(({ id }) => id === nodeId);
  const startedAt = before?.startedAt ?? new Date().toISOString();
  const enter = (at: string | null) =>
    journal.enter({
      id: nodeId,
      pid: process.pid,
      host: hostname(),
      url: at,
      startedAt,
      seenAt: new Date().toISOString(),
    });
  await enter(url);
  let renewing = Promise.resolve();
  const timer = setInterval(() => {
    renewing = enter(url).catch((err: unknown) => log.error({ err }, 'the node was not renewed'));
  }, RENEW_MS);
  return async () => {
    clearInterval(timer);
    await renewing;
    await enter(null);
  };
}
