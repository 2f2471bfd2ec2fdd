import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RunId } from '../ids.ts';
import type { JournalEvent } from './envelope.ts';
import type { ReadOptions } from './journal.ts';
import { eventsOf } from './sqlite-events.ts';
import { headOfRun } from './sqlite-queries.ts';
import type { Sql } from './sqlite-statements.ts';

/** Events read at a time: some milliseconds, in which the process does nothing else. */
const PART = 500;

/** Events of a run as `eventsOf` gives them. A long run is read in parts, with a turn of the event loop after each. */
export async function eventsInParts(
  read: <T>(query: (sql: Sql) => T) => Promise<T>,
  runId: RunId,
  { after = 0, limit = Number.POSITIVE_INFINITY, ...options }: ReadOptions,
): Promise<JournalEvent[]> {
  const events: JournalEvent[] = [];
  for (let last = after; ; last = events.at(-1)?.seq ?? last) {
    const size = Math.min(PART, limit - events.length);
    const part = await read((sql) =>
      // A run that was removed after the last part has no events any more.
      last > after && headOfRun(sql, runId).seq < last
        ? null
        : eventsOf(sql, runId, { ...options, after: last, limit: size }),
    );
    if (part === null) return [];
    if (events.length === 0 && part.length < size) return part;
    events.push(...part);
    if (part.length < size || events.length === limit) return events;
    await nextTurn();
  }
}
