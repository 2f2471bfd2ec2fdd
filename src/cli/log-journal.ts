import type { Logger } from 'pino';
import { messageOf } from '../errors.ts';
import { refsOf } from '../journal/payloads.ts';
import type { Commit, Engine } from '../runner/engine.ts';

/**
 * Writes each event into the log once it is durable, large values before the events that name them, so that the log can be
 * verified and replayed. Whatever the log's level is, these lines are written.
 * @returns how to end it: resolves when all lines are out.
 */
export function logJournal({ engine, log }: { engine: Engine; log: Logger }): () => Promise<void> {
  const lines = log.child({}, { level: 'info' });
  let last = Promise.resolve();
  const write = async ({ runId, events }: Commit) => {
    const wanted = new Set(events.flatMap(({ data }) => refsOf(data)));
    const payloads = wanted.size === 0 ? [] : await engine.journal.payloads(runId);
    for (const payload of payloads) {
      if (wanted.has(payload.digest)) lines.info({ journal: { v: 1, run: runId, payload } }, 'journal');
    }
    for (const event of events) lines.info({ journal: event }, 'journal');
  };
  const stop = engine.on({
    committed: (commit) => {
      last = last
        .then(() => write(commit))
        .catch((error: unknown) => log.error({ err: error }, `events are missing in the log: ${messageOf(error)}`));
    },
  });
  return async () => {
    stop();
    await last;
  };
}
