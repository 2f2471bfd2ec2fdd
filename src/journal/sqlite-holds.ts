import type { HoldRecord } from '../hooks/hold.ts';
import type { HoldId, RunId } from '../ids.ts';
import { nextDeadlineMs } from './deadline.ts';
import type { JournalEvent } from './envelope.ts';
import type { DueQuery, HoldQuery, Page } from './journal.ts';
import { dueBehind, limitOf, type Placed, pageOf, pageOfDue, placeOf } from './page.ts';
import { unpackData } from './sqlite-event-data.ts';
import { formsOf } from './sqlite-event-forms.ts';
import { placeOfRun } from './sqlite-events.ts';
import { newestRows } from './sqlite-newest.ts';
import { unpackTime } from './sqlite-packing.ts';
import { NUMBER, type Sql } from './sqlite-statements.ts';

/**
 * Holds as rows. What a hold says again of its columns and of its `hold.opened` event is not stored twice: `opened` is the seq
 * of that event, null where `record` is whole.
 */

/** Members that queries look for in `record`, so they are always there. */
const ALWAYS_THERE: ReadonlySet<string> = new Set(['history', 'task']);
const COLUMNS: ReadonlySet<string> = new Set(['id', 'crew', 'status']);

export interface RawHold {
  readonly n: number;
  readonly id: HoldId;
  readonly run: RunId;
  readonly crew: string | null;
  readonly status: HoldRecord['status'];
  readonly record: string;
  readonly opened: number | null;
  readonly openedAt: unknown;
  readonly openingType: number | string | null;
  readonly opening: string | null;
}

const OF_OPENING = 'FROM events e WHERE e.run_n = h.run_n AND e.seq = h.opened';
// Subqueries, which cost less than joins.
export const HOLD_COLUMNS = `h.n, h.id, (SELECT r.id FROM runs r WHERE r.n = h.run_n) AS run, h.crew, h.status, h.record, h.opened,
  (SELECT e.at ${OF_OPENING}) AS openedAt, (SELECT e.type ${OF_OPENING}) AS openingType,
  (SELECT e.data ${OF_OPENING}) AS opening`;
const SELECT = `SELECT ${HOLD_COLUMNS} FROM holds h`;
const SELECT_ONE = `${SELECT} WHERE h.id = ?`;

/** A hold, with what its row says by another: whoever writes it in the same transaction need not read that again. */
export interface StoredHold {
  readonly hold: HoldRecord;
  readonly opening: Base | null;
}

export function holdOf(sql: Sql, holdId: HoldId): HoldRecord | null {
  return storedHold(sql, holdId)?.hold ?? null;
}

export function storedHold(sql: Sql, holdId: HoldId): StoredHold | null {
  const row = sql<RawHold>(SELECT_ONE).get(holdId);
  return row ? toStored(row) : null;
}

export function holdsBy(sql: Sql, { status, crew, runId, cursor, ...query }: HoldQuery): Page<HoldRecord> {
  const limit = limitOf(query.limit);
  const part = { below: placeOf('holds', cursor), most: limit + 1 };
  const run = runId === undefined ? undefined : placeOfRun(sql, runId as RunId);
  if (run === null) return pageOf('holds', [], limit);
  const wanted = { status, crew, run_n: run?.n };
  const rows = newestRows<RawHold>(sql, { table: 'holds', select: SELECT }, wanted, part);
  return pageOf('holds', rows.map(placed), limit);
}

export function dueHolds(sql: Sql, { now, limit, cursor }: DueQuery): Page<HoldRecord> {
  const rows = sql<RawHold & { readonly atMs: number }>(
    `SELECT h.next_deadline AS atMs, ${HOLD_COLUMNS} FROM holds h
     WHERE h.next_deadline IS NOT NULL AND h.next_deadline <= ${NUMBER} AND (h.next_deadline, h.n) > (${NUMBER}, ${NUMBER})
     ORDER BY h.next_deadline, h.n LIMIT ${NUMBER}`,
  ).all(Date.parse(now), ...dueBehind(cursor), limit + 1);
  return pageOfDue(
    rows.map(({ atMs, ...row }) => ({ place: [atMs, row.n], hold: toHold(row) })),
    limit,
  );
}

export function holdsOfRun(sql: Sql, run: number): HoldRecord[] {
  return sql<RawHold>(`${SELECT} WHERE h.run_n = ?`).all(run).map(toHold);
}

/** Holds in the order of arrival, after the place `n`. */
export function holdsFrom(sql: Sql, n: number, limit: number): Placed<HoldRecord>[] {
  return sql<RawHold>(`${SELECT} WHERE h.n > ? ORDER BY h.n LIMIT ?`).all(n, limit).map(placed);
}

/** The holds of a run that say something by those of its events. */
export function holdsOpenedAt(sql: Sql, run: number, seqs: readonly number[]): HoldRecord[] {
  return sql<RawHold>(`${SELECT} WHERE h.run_n = ${NUMBER} AND h.opened IN (SELECT value FROM json_each(?))`)
    .all(run, JSON.stringify(seqs))
    .map(toHold);
}

/** What holds are written with. */
export interface Beside {
  readonly events: readonly JournalEvent[];
  /** Those that were read in this transaction. */
  readonly read?: ReadonlyMap<HoldId, StoredHold>;
}

/** Writes holds of the run `id`, whose number is `n`. */
export function upsertHolds(
  sql: Sql,
  { n, id }: { n: number; id: RunId },
  holds: readonly HoldRecord[],
  { events, read }: Beside,
): void {
  for (const hold of holds) {
    const stored = read?.get(hold.id);
    const { opening, before } = stored
      ? { opening: stored.opening, before: stored.hold.status }
      : openingOf(sql, n, hold.id, events);
    const base = fitting(hold, opening);
    const record = JSON.stringify(whatIsNew(hold, { ...base?.members, runId: id }));
    const row = [base?.seq ?? null, record, nextDeadlineMs(hold)];
    // An upsert writes the table's sequence too, even where the row is there, and a status that stays its indexes: pages more to sync.
    if (before === hold.status)
      sql('UPDATE holds SET opened = ?, record = ?, next_deadline = ? WHERE id = ?').run(...row, hold.id);
    else if (before)
      sql('UPDATE holds SET opened = ?, record = ?, next_deadline = ?, status = ? WHERE id = ?').run(
        ...[...row, hold.status, hold.id],
      );
    else
      sql(
        'INSERT INTO holds (id, run_n, crew, status, opened, record, next_deadline) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ).run(hold.id, n, hold.crew, hold.status, ...row);
  }
}

interface Base {
  readonly seq: number;
  readonly members: Members;
}
type Members = Readonly<Record<string, unknown>>;

function placed(row: RawHold): Placed<HoldRecord> {
  return { n: row.n, item: toHold(row) };
}

export function toHold(row: RawHold): HoldRecord {
  return toStored(row).hold;
}

function toStored({ id, run, crew, status, record, ...from }: RawHold): StoredHold {
  const opening = baseOf({ seq: from.opened, at: from.openedAt, type: from.openingType, data: from.opening });
  // Rows are what `upsertHolds` wrote.
  const told = { ...opening?.members, id, runId: run, crew, status, ...(JSON.parse(record) as object) };
  return { hold: told as HoldRecord, opening };
}

function baseOf({ seq, at, type, data }: RawOpening): Base | null {
  const opening =
    seq === null || data === null || type === null ? null : unpackData({ type, data }, () => undefined).data;
  if (seq === null || typeof opening !== 'object' || opening === null) return null;
  return { seq, members: membersAt(seq, unpackTime(at), opening) };
}

/** A hold as it is when it opens. */
function membersAt(seq: number, at: string, opening: object): Members {
  return {
    ...opening,
    seq,
    ...{ votes: [], overdue: false, reminded: false, claimedBy: null, claimedUntil: null, comments: [] },
    ...{ openedAt: at, closedAt: null, decidedBy: [] },
  };
}

/** What the hold is told by, unless that says more than the hold does. */
function fitting(hold: Members, base: Base | null): Base | null {
  return base && Object.keys(base.members).every((key) => hold[key] !== undefined) ? base : null;
}

function whatIsNew(hold: HoldRecord, base: Members): object {
  const isNew = ([key, value]: [string, unknown]) =>
    !COLUMNS.has(key) && (ALWAYS_THERE.has(key) || !isSame(value, base[key]));
  return Object.fromEntries(Object.entries(hold).filter(isNew));
}

/** Equal to the order of members, since what was written is read back as it was. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  return typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b);
}

/**
 * The event that opened a hold, among those written with it, or where its row says, or (a hold restored) somewhere in its run.
 * `before`: the status that its row has; null: there is none.
 */
function openingOf(
  sql: Sql,
  run: number,
  holdId: HoldId,
  events: readonly JournalEvent[],
): { opening: Base | null; before: string | null } {
  const own = events.find(({ type, data }) => type === 'hold.opened' && idOf(data) === holdId);
  if (own) return { opening: { seq: own.seq, members: membersAt(own.seq, own.at, own.data as object) }, before: null };
  const known = sql<RawOpening & { status: string }>(
    `SELECT h.status, h.opened AS seq, (SELECT e.at ${OF_OPENING}) AS at, (SELECT e.type ${OF_OPENING}) AS type,
     (SELECT e.data ${OF_OPENING}) AS data FROM holds h WHERE h.id = ?`,
  ).get(holdId);
  if (known) return { opening: baseOf(known), before: known.status };
  const found = sql<RawOpening>(
    `SELECT seq, at, type, data FROM events WHERE run_n = ${NUMBER} AND type IN (SELECT value FROM json_each(?))
     AND instr(data, ?) > 0 ORDER BY seq`,
  )
    .all(run, JSON.stringify(formsOf('hold.opened').map(({ code }) => code)), holdId)
    .map(baseOf);
  return { opening: found.find((base) => base !== null && idOf(base.members) === holdId) ?? null, before: null };
}

function idOf(data: unknown): unknown {
  return typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined;
}

interface RawOpening {
  readonly seq: number | null;
  readonly at: unknown;
  readonly type: number | string | null;
  readonly data: string | null;
}
