import { SYSTEM_JOURNAL } from '../ids.ts';
import type { Answered, Request, Restored, RunRow } from './journal.ts';
import { checkRestored } from './preconditions.ts';
import { headOfSystem, holdOf, runOf, storedAnswer } from './sqlite-queries.ts';
import { insertAnswer, insertEvents } from './sqlite-rows.ts';
import type { Sql } from './sqlite-statements.ts';

/** What moving a journal reads and writes besides the port's other methods. */

export function answersAfter(sql: Sql, after: Pick<Request, 'by' | 'id'> | null, limit: number): Answered[] {
  return sql<{ by: string; id: string; content: string; answer: string }>(
    `SELECT "by", id, content, answer FROM requests WHERE ? OR ("by", id) > (?, ?) ORDER BY "by", id LIMIT ?`,
  )
    .all(after ? 0 : 1, after?.by ?? '', after?.id ?? '', limit)
    .map(({ answer, ...request }) => ({ ...request, answer: JSON.parse(answer) as Answered['answer'] }));
}

export function restorePart(sql: Sql, part: Restored): void {
  checkRestored(part, isThere(sql, part));
  if (part.type === 'answer') insertAnswer(sql, part.answer);
  else if (part.type === 'hold') insertEvents(sql, part.runId, { events: [], payloads: [], holds: [part.hold] });
  else {
    if (part.row) insertRow(sql, part.row);
    insertEvents(sql, part.row ? part.runId : SYSTEM_JOURNAL, { ...part, holds: [] });
  }
}

function isThere(sql: Sql, part: Restored): boolean {
  if (part.type === 'answer') return storedAnswer(sql, part.answer) !== null;
  if (part.type === 'hold') return holdOf(sql, part.hold.id) !== null;
  return part.row ? runOf(sql, part.runId) !== null : headOfSystem(sql).seq > 0;
}

function insertRow(sql: Sql, { summary, head, fingerprint, owner, epoch, wake }: RunRow): void {
  sql(
    `INSERT INTO runs (id, crew, status, started_at, summary, seq, hash, at, fingerprint, owner, epoch, wake)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    ...[summary.id, summary.crew, summary.status, summary.startedAt, JSON.stringify(summary)],
    ...[head.seq, head.hash, head.at, fingerprint, owner, epoch, wake ? 1 : 0],
  );
}
