import { type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import { EMPTY_HEAD, GENESIS, type Head, type JournalEvent } from './envelope.ts';
import type { ReadOptions } from './journal.ts';
import { withConfig } from './sqlite-configs.ts';
import { packData, type RawData, unpackData } from './sqlite-event-data.ts';
import { formsOf } from './sqlite-event-forms.ts';
import { packBy, packTime, unpackBy, unpackTime } from './sqlite-packing.ts';
import { NUMBER, type Sql } from './sqlite-statements.ts';

/** Events as rows. `prev` is not stored: it is the hash of the event before. */

/** Where a run's rows are: its number, and that of the config its first event has. */
export interface Place {
  readonly n: number;
  readonly config: number | null;
}

/** The journal `system` has a number without a row in `runs`. */
export const SYSTEM_PLACE: Place = { n: 0, config: null };

export function placeOfRun(sql: Sql, runId: RunId): Place | null {
  if (runId === SYSTEM_JOURNAL) return SYSTEM_PLACE;
  return sql<Place>('SELECT n, config FROM runs WHERE id = ?').get(runId) ?? null;
}

interface RawEvent extends RawData {
  readonly seq: number;
  readonly at: unknown;
  readonly by: string | null;
  readonly salt: string | null;
  readonly dataHash: string;
  readonly hash: string;
}

// Hashes and salts are turned into hex by SQLite, which costs less than a `Buffer` each. Whole texts, so that statements are found fast.
const SELECT = `SELECT seq, at, type, "by", data, CASE WHEN salt IS NOT NULL THEN lower(hex(salt)) END AS salt,
  lower(hex(data_hash)) AS dataHash, lower(hex(hash)) AS hash FROM events WHERE run_n = ${NUMBER}`;
const SELECT_FROM = `${SELECT} AND seq >= ${NUMBER} ORDER BY seq LIMIT ${NUMBER}`;
const SELECT_ONE = `${SELECT} AND seq = ${NUMBER}`;
const SELECT_OF_TYPE = `${SELECT} AND seq > ${NUMBER} AND type IN (SELECT value FROM json_each(?))
  ORDER BY seq LIMIT ${NUMBER}`;
const SELECT_LAST = `SELECT seq, lower(hex(hash)) AS hash, at FROM events WHERE run_n = ${NUMBER} ORDER BY seq DESC LIMIT 1`;

export function eventsOf(sql: Sql, runId: RunId, { after = 0, limit, type }: ReadOptions): JournalEvent[] {
  const place = placeOfRun(sql, runId);
  if (!place) return [];
  if (type) return eventsOfType(sql, { ...place, runId }, type, { after, limit: limit ?? -1 });
  // With the one before, for its hash.
  const rows = sql<RawEvent>(SELECT_FROM).all(place.n, after, limit === undefined ? -1 : limit + 1);
  const events = rows.map((row, index) => toEvent(sql, { ...place, runId }, row, rows[index - 1]));
  return events.slice(rows[0]?.seq === after ? 1 : 0).slice(0, limit);
}

function eventsOfType(
  sql: Sql,
  of: Place & { readonly runId: RunId },
  type: JournalEvent['type'],
  { after, limit }: { readonly after: number; readonly limit: number },
): JournalEvent[] {
  const stored = [type, ...formsOf(type).map(({ code }) => code)];
  const rows = sql<RawEvent>(SELECT_OF_TYPE).all(of.n, after, JSON.stringify(stored), limit);
  const before = sql<RawEvent>(SELECT_ONE);
  return rows.map((row) => toEvent(sql, of, row, before.get(of.n, row.seq - 1)));
}

function toEvent(
  sql: Sql,
  { runId, config }: Place & { readonly runId: RunId },
  row: RawEvent,
  before: RawEvent | undefined,
): JournalEvent {
  const { seq, at, by, salt, dataHash, hash } = row;
  const { type, data } = unpackData(row, () => before);
  return {
    v: 1,
    ...{ run: runId, seq, at: unpackTime(at), type, by: unpackBy(by) },
    ...(data === undefined ? {} : { data: seq === 1 && config !== null ? withConfig(sql, data, config) : data }),
    ...(salt === null ? {} : { salt }),
    ...{ dataHash, prev: before ? before.hash : GENESIS, hash },
  };
}

export interface RawHead {
  readonly seq: number;
  readonly hash: string;
  readonly at: unknown;
}

export function toHead(row: RawHead | undefined): Head {
  return row ? { seq: row.seq, hash: row.hash, at: unpackTime(row.at) } : EMPTY_HEAD;
}

/** The journal `system` has no row, so its head is its last event. */
export function headOfSystem(sql: Sql): Head {
  return toHead(sql<RawHead>(SELECT_LAST).get(SYSTEM_PLACE.n));
}

/** Writes events of the run with the number `n`, the config of the first one taken out of it. */
export function insertEvents(sql: Sql, n: number, events: readonly JournalEvent[]): void {
  const insert = sql(
    `INSERT INTO events (run_n, seq, at, type, "by", data, salt, data_hash, hash)
     VALUES (?, ?, ?, ?, ?, ?, unhex(?), unhex(?), unhex(?))`,
  );
  for (const [index, event] of events.entries()) {
    const { seq, at, by, salt, dataHash, hash } = event;
    const { type, data } = packData(event, events[index - 1]);
    insert.run(n, seq, packTime(at), type, packBy(by), data, salt ?? null, dataHash, hash);
  }
}

/** Removes data and salt of events for good. What others repeat of them is written there first. */
export function eraseData(sql: Sql, n: number, seqs: readonly number[]): void {
  const row = sql<RawEvent>(SELECT_ONE);
  const goes = new Set(seqs);
  for (const seq of seqs) {
    const next = goes.has(seq + 1) ? undefined : row.get(n, seq + 1);
    if (!next || next.data === null) continue;
    const { type, data } = packData(unpackData(next, () => row.get(n, seq)) as JournalEvent, undefined);
    sql('UPDATE events SET type = ?, data = ? WHERE run_n = ? AND seq = ?').run(type, data, n, seq + 1);
  }
  sql('UPDATE events SET data = NULL, salt = NULL WHERE run_n = ? AND seq IN (SELECT value FROM json_each(?))').run(
    ...[n, JSON.stringify(seqs)],
  );
}
