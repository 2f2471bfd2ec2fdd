import type { HoldRecord } from '../hooks/hold.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import { type HoldId, type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import type { Json } from '../json/json.ts';
import { NODE_SILENCE_MS } from './deadline.ts';
import type { Head, JournalEvent } from './envelope.ts';
import { headOf } from './envelope.ts';
import type { Amended, Amendment, AmendView, NodeRow, OwnerAppend, Request, RunRow } from './journal.ts';
import type { Payload } from './payloads.ts';
import {
  answerOf,
  checkAppend,
  checkAttached,
  ownerAfter,
  ownerLost,
  requestAnswered,
  runNotFound,
} from './preconditions.ts';
import { insertAnswer, storedAnswer } from './sqlite-answers.ts';
import { withoutConfig } from './sqlite-configs.ts';
import { writeHolds } from './sqlite-decisions.ts';
import { headOfSystem, insertEvents, SYSTEM_PLACE } from './sqlite-events.ts';
import { type StoredHold, storedHold } from './sqlite-holds.ts';
import { packHex, packTime } from './sqlite-packing.ts';
import { packSummary, storedRun } from './sqlite-queries.ts';
import type { Sql } from './sqlite-statements.ts';

/** Writes, each inside a transaction of the writer: they check under its lock, then write; a throw leaves nothing. */

export function appendOwn(sql: Sql, batch: OwnerAppend): void {
  const { runId, request } = batch;
  const answered = request && storedAnswer(sql, request);
  if (answered) throw requestAnswered(answered, request, runId);
  const row = sql<{ n: number; seq: number; hash: string; epoch: number; status: string }>(
    'SELECT n, seq, lower(hex(hash)) AS hash, epoch, status FROM runs WHERE id = ?',
  ).get(runId);
  checkAppend(row ? { head: row, epoch: row.epoch } : null, batch);
  if (row) {
    updateRun(sql, row, { ...batch, wake: false });
    insertWritten(sql, { n: row.n, id: runId }, batch);
  } else {
    const { summary, fingerprint, owner, events } = batch;
    const run = { summary, head: headOf(events), fingerprint, owner, epoch: 1, wake: true };
    insertRun(sql, run, batch);
  }
  if (request) insertAnswer(sql, request);
}

export function amendRun<T extends Json>(
  sql: Sql,
  runId: RunId,
  request: Request | null,
  decide: (view: AmendView) => Amendment<T>,
): Amended<T> {
  const answered = request && storedAnswer(sql, request);
  // The same request got the same kind of answer before.
  if (answered) return { answer: answerOf(answered, request) as T, events: [] };
  const stored = storedRun(sql, runId);
  if (!stored) throw runNotFound(runId);
  const { run } = stored;
  const { n } = stored.place;
  const read = new Map<HoldId, StoredHold>();
  const amendment = decide({ head: run.head, run, hold: (holdId) => ownHold(sql, runId, holdId, read) });
  const { events, answer } = amendment;
  checkAttached(runId, run.head, events);
  const { taken, owner, epoch } = ownerAfter(run, amendment);
  const before = { n, status: run.summary.status };
  updateRun(sql, before, { ...amendment, fingerprint: run.fingerprint, ...(taken && { owner, epoch }) });
  insertWritten(sql, { n, id: runId }, amendment, read);
  if (request) insertAnswer(sql, { ...request, answer });
  return { answer, events, ...(taken && { epoch }) };
}

/** A hold of this run, and of no other; `read`: where it is kept for its writing. */
function ownHold(sql: Sql, runId: RunId, holdId: HoldId, read: Map<HoldId, StoredHold>): HoldRecord | null {
  const stored = read.get(holdId) ?? storedHold(sql, holdId);
  if (stored?.hold.runId !== runId) return null;
  read.set(holdId, stored);
  return stored.hold;
}

export function amendSystem<T extends Json>(
  sql: Sql,
  request: Request | null,
  decide: (head: Head) => { readonly events: readonly JournalEvent[]; readonly answer: T },
): Amended<T> {
  const answered = request && storedAnswer(sql, request);
  if (answered) return { answer: answerOf(answered, request) as T, events: [] };
  const head = headOfSystem(sql);
  const { events, answer } = decide(head);
  checkAttached(SYSTEM_JOURNAL, head, events);
  insertEvents(sql, SYSTEM_PLACE.n, events);
  if (request) insertAnswer(sql, { ...request, answer });
  return { events, answer };
}

export function claimRun(
  sql: Sql,
  runId: RunId,
  owner: string,
  nowMs: number,
): { epoch: number; from: string | null } | null {
  const before = sql<{ owner: string | null }>('SELECT owner FROM runs WHERE id = ?').get(runId);
  const row = sql<{ epoch: number }>(
    `UPDATE runs SET owner = ?, epoch = epoch + 1 WHERE id = ? AND wake = 1
     AND (owner IS NULL OR owner = ? OR owner NOT IN (SELECT id FROM nodes WHERE seen_at >= ?)) RETURNING epoch`,
  ).get(owner, runId, owner, nowMs - NODE_SILENCE_MS);
  return row ? { epoch: row.epoch, from: before?.owner ?? null } : null;
}

export function restRun(sql: Sql, runId: RunId, epoch: number, head: string, summary: RunSummary): boolean {
  const row = sql<{ n: number; epoch: number; hash: string; status: string }>(
    'SELECT n, epoch, lower(hex(hash)) AS hash, status FROM runs WHERE id = ?',
  ).get(runId);
  if (!row) throw runNotFound(runId);
  if (row.epoch !== epoch) throw ownerLost(runId, row.epoch, epoch);
  if (row.hash !== head) return false;
  const rest = packSummary(summary);
  if (summary.status === row.status)
    sql('UPDATE runs SET owner = NULL, wake = 0, summary_rest = ? WHERE n = ?').run(rest, row.n);
  else
    sql('UPDATE runs SET owner = NULL, wake = 0, summary_rest = ?, status = ? WHERE n = ?').run(
      ...[rest, summary.status, row.n],
    );
  return true;
}

export function upsertNode(sql: Sql, { id, pid, host, url, startedAt, seenAt, about }: NodeRow): void {
  sql('INSERT OR REPLACE INTO nodes (id, pid, host, url, started_at, seen_at, about) VALUES (?, ?, ?, ?, ?, ?, ?)').run(
    ...[id, pid, host, url, startedAt, Date.parse(seenAt), about ? JSON.stringify(about) : null],
  );
}

export function renewNode(sql: Sql, nodeId: string, at: string): boolean {
  return sql('UPDATE nodes SET seen_at = ? WHERE id = ?').run(Date.parse(at), nodeId).changes > 0;
}

export function deleteNode(sql: Sql, nodeId: string): void {
  sql('DELETE FROM nodes WHERE id = ?').run(nodeId);
}

interface Written {
  readonly events: readonly JournalEvent[];
  readonly payloads: readonly Payload[];
  readonly holds: readonly HoldRecord[];
}

/** The row of a run that begins, with its first events. `n`: its number; null: the next one. */
export function insertRun(sql: Sql, row: RunRow, written: Written, n: number | null = null): void {
  const { summary, head, fingerprint, owner, epoch, wake } = row;
  const { config, stored } = withoutConfig(sql, written.events);
  const { lastInsertRowid } = sql(
    `INSERT INTO runs (n, id, crew, status, started_at, summary_rest, config, seq, hash, at, fingerprint, owner, epoch, wake)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, unhex(?), ?, ?, ?, ?, ?)`,
  ).run(
    ...[n, summary.id, summary.crew, summary.status, packTime(summary.startedAt), packSummary(summary), config],
    ...[head.seq, head.hash, packTime(head.at), packHex(fingerprint), owner, epoch, wake ? 1 : 0],
  );
  insertWritten(sql, { n: Number(lastInsertRowid), id: summary.id }, { ...written, events: stored });
}

const UPDATE = `UPDATE runs SET summary_rest = ?, fingerprint = ?,
  seq = ifnull(?, seq), hash = ifnull(unhex(?), hash), at = ifnull(?, at)`;
const UPDATE_ROW = `${UPDATE} WHERE n = ?`;
/** Also the columns that have an index, of which SQLite writes the pages anew even where the value stays. */
const UPDATE_WHOLE = `${UPDATE}, status = ?, wake = max(wake, ?), owner = ifnull(?, owner), epoch = ifnull(?, epoch) WHERE n = ?`;

/** `wake` only ever sets the mark: nobody but the owner, when it rests, may clear it. */
function updateRun(
  sql: Sql,
  before: { readonly n: number; readonly status: string },
  row: Pick<OwnerAppend, 'summary' | 'events' | 'fingerprint'> &
    Partial<Pick<RunRow, 'owner' | 'epoch'>> & { wake: boolean },
): void {
  const { summary, events, fingerprint, wake, owner, epoch } = row;
  const head = events.at(-1);
  const values = [packSummary(summary), packHex(fingerprint), head?.seq, head?.hash, head && packTime(head.at)];
  if (summary.status === before.status && !wake) sql(UPDATE_ROW).run(...values, before.n);
  else sql(UPDATE_WHOLE).run(...values, summary.status, wake ? 1 : 0, owner, epoch, before.n);
}

export function insertWritten(
  sql: Sql,
  run: { n: number; id: RunId },
  { events, payloads, holds }: Written,
  read?: ReadonlyMap<HoldId, StoredHold>,
): void {
  for (const { digest, value } of payloads) {
    // Equal digests are equal values: the first is as good as any.
    sql('INSERT OR IGNORE INTO payloads (run_n, digest, value) VALUES (?, ?, ?)').run(
      ...[run.n, packHex(digest), JSON.stringify(value)],
    );
  }
  insertEvents(sql, run.n, events);
  writeHolds(sql, run, holds, { events, ...(read && { read }) });
}
