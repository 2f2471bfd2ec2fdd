import type { HoldRecord } from '../hooks/hold.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import { type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import type { Json } from '../json/json.ts';
import { NODE_SILENCE_MS, nextDeadlineMs } from './deadline.ts';
import type { Head, JournalEvent } from './envelope.ts';
import { headOf } from './envelope.ts';
import type { Amended, Amendment, AmendView, Answered, NodeRow, OwnerAppend, Request } from './journal.ts';
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
import { headOfSystem, holdOf, runOf, storedAnswer } from './sqlite-queries.ts';
import type { Sql } from './sqlite-statements.ts';

/** Writes, each inside a transaction of the writer: they check under its lock, then write; a throw leaves nothing. */

export function appendOwn(sql: Sql, batch: OwnerAppend): void {
  const { runId, request } = batch;
  const answered = request && storedAnswer(sql, request);
  if (answered) throw requestAnswered(answered, request, runId);
  const row = sql<Head & { epoch: number }>('SELECT seq, hash, at, epoch FROM runs WHERE id = ?').get(runId);
  checkAppend(row ? { head: row, epoch: row.epoch } : null, batch);
  if (row) updateRun(sql, runId, { ...batch, wake: false });
  else insertRun(sql, batch);
  insertEvents(sql, runId, batch);
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
  const run = runOf(sql, runId);
  if (!run) throw runNotFound(runId);
  const amendment = decide({ head: run.head, run, hold: (holdId) => holdOf(sql, holdId, runId) });
  const { events, answer } = amendment;
  checkAttached(runId, run.head, events);
  updateRun(sql, runId, { ...amendment, fingerprint: run.fingerprint });
  const { taken, owner, epoch } = ownerAfter(run, amendment);
  if (taken) sql('UPDATE runs SET owner = ?, epoch = ? WHERE id = ?').run(owner, epoch, runId);
  insertEvents(sql, runId, amendment);
  if (request) insertAnswer(sql, { ...request, answer });
  return { answer, events, ...(taken && { epoch }) };
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
  insertEvents(sql, SYSTEM_JOURNAL, { events, payloads: [], holds: [] });
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

export function restRun(sql: Sql, runId: RunId, epoch: number, seq: number, summary: RunSummary): boolean {
  const row = sql<{ epoch: number; seq: number }>('SELECT epoch, seq FROM runs WHERE id = ?').get(runId);
  if (!row) throw runNotFound(runId);
  if (row.epoch !== epoch) throw ownerLost(runId, row.epoch, epoch);
  if (row.seq !== seq) return false;
  sql('UPDATE runs SET owner = NULL, wake = 0, status = ?, summary = ? WHERE id = ?').run(
    ...[summary.status, JSON.stringify(summary), runId],
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

function insertRun(sql: Sql, { runId, owner, summary, events, fingerprint }: OwnerAppend): void {
  const { seq, hash, at } = headOf(events);
  sql(
    `INSERT INTO runs (id, crew, status, started_at, summary, seq, hash, at, fingerprint, owner, epoch, wake)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1)`,
  ).run(
    ...[runId, summary.crew, summary.status, summary.startedAt, JSON.stringify(summary), seq, hash, at],
    ...[fingerprint, owner],
  );
}

/** `wake` only ever sets the mark: nobody but the owner, when it rests, may clear it. */
function updateRun(
  sql: Sql,
  runId: RunId,
  row: Pick<OwnerAppend, 'summary' | 'events' | 'fingerprint'> & { wake: boolean },
): void {
  const { summary, events, fingerprint, wake } = row;
  const head = events.at(-1);
  sql(
    `UPDATE runs SET crew = ?, status = ?, summary = ?, fingerprint = ?, wake = max(wake, ?),
     seq = ifnull(?, seq), hash = ifnull(?, hash), at = ifnull(?, at) WHERE id = ?`,
  ).run(
    ...[summary.crew, summary.status, JSON.stringify(summary), fingerprint, wake ? 1 : 0],
    ...[head?.seq, head?.hash, head?.at, runId],
  );
}

export function insertEvents(sql: Sql, runId: RunId, { events, payloads, holds }: Written): void {
  for (const { digest, value } of payloads) {
    // Equal digests are equal values: the first is as good as any.
    sql('INSERT OR IGNORE INTO payloads (run, digest, value) VALUES (?, ?, ?)').run(
      ...[runId, digest, JSON.stringify(value)],
    );
  }
  const insert = sql(
    `INSERT INTO events (run, seq, at, type, "by", data, salt, data_hash, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { seq, at, type, by, data, salt, dataHash, prev, hash } of events) {
    const json = data === undefined ? null : JSON.stringify(data);
    insert.run(runId, seq, at, type, by, json, salt ?? null, dataHash, prev, hash);
  }
  for (const hold of holds) upsertHold(sql, runId, hold);
}

function upsertHold(sql: Sql, runId: RunId, hold: HoldRecord): void {
  sql(
    `INSERT INTO holds (id, run, crew, status, record, next_deadline) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET crew = excluded.crew, status = excluded.status, record = excluded.record,
     next_deadline = excluded.next_deadline`,
  ).run(...[hold.id, runId, hold.crew, hold.status, JSON.stringify(hold), nextDeadlineMs(hold)]);
}

export function insertAnswer(sql: Sql, { by, id, content, answer }: Answered): void {
  sql('INSERT INTO requests ("by", id, content, answer) VALUES (?, ?, ?, ?)').run(
    ...[by, id, content, JSON.stringify(answer)],
  );
}
