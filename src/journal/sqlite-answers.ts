import type { Json } from '../json/json.ts';
import type { Answered, Request } from './journal.ts';
import { type Members, packMembers, unpackMembers } from './sqlite-members.ts';
import { hexOf, packHex, packTime, unpackTime } from './sqlite-packing.ts';
import type { Sql } from './sqlite-statements.ts';

/**
 * Answers to requests as rows. That of a start, the run as it was then, has not what the run's row says: `run_n` is that run,
 * null where `answer` is whole.
 */

const SUMMARY: Members = [
  ...['id', 'crew', 'status', 'tasks', 'openHolds'],
  ['usage', ['inputTokens', 'outputTokens', 'calls']],
  ...['requestedBy', 'startedAt', 'endedAt', 'lastSeq', 'error'],
];

interface RawAnswer {
  readonly content: string;
  readonly answer: string;
  readonly runN: number | null;
  readonly runId: string | null;
  readonly crew: string | null;
  readonly startedAt: unknown;
}

// Subqueries, which cost less than joins.
const OF_RUN = 'FROM runs r WHERE r.n = q.run_n';
const SELECT = `SELECT q."by", q.id, ${hexOf('q.content')} AS content, q.answer, q.run_n AS runN,
  (SELECT r.id ${OF_RUN}) AS runId, (SELECT r.crew ${OF_RUN}) AS crew, (SELECT r.started_at ${OF_RUN}) AS startedAt
  FROM requests q`;
const SELECT_ONE = `${SELECT} WHERE q."by" = ? AND q.id = ?`;

export function storedAnswer(sql: Sql, { by, id }: Request): Answered | null {
  const row = sql<RawAnswer>(SELECT_ONE).get(by, id);
  return row ? { by, id, content: row.content, answer: unpackAnswer(row) } : null;
}

export function answersAfter(sql: Sql, after: Pick<Request, 'by' | 'id'> | null, limit: number): Answered[] {
  return sql<RawAnswer & Pick<Request, 'by' | 'id'>>(
    `${SELECT} WHERE ? OR (q."by", q.id) > (?, ?) ORDER BY q."by", q.id LIMIT ?`,
  )
    .all(after ? 0 : 1, after?.by ?? '', after?.id ?? '', limit)
    .map((row) => ({ by: row.by, id: row.id, content: row.content, answer: unpackAnswer(row) }));
}

export function insertAnswer(sql: Sql, { by, id, content, answer }: Answered): void {
  const stored = packAnswer(sql, answer);
  sql('INSERT INTO requests ("by", id, content, answer, run_n) VALUES (?, ?, ?, ?, ?)').run(
    ...[by, id, packHex(content), stored.answer, stored.runN],
  );
}

/** Answers repeat what was asked about: the hold with its proposal, the run with its error. */
export function forgetAnswers(sql: Sql, { n, id }: { n: number; id: string }): void {
  sql('DELETE FROM requests WHERE run_n = ? OR instr(answer, ?) > 0').run(n, id);
}

function packAnswer(sql: Sql, answer: Json): Pick<RawAnswer, 'answer' | 'runN'> {
  const [id, crew, status, tasks, openHolds, usage, requestedBy, startedAt, ...rest] =
    packMembers(answer, SUMMARY) ?? [];
  if (typeof id === 'string' && typeof startedAt === 'string') {
    const run = sql<{ n: number }>('SELECT n FROM runs WHERE id = ? AND crew = ? AND started_at = ?').get(
      ...[id, crew, packTime(startedAt)],
    );
    const values = [status, tasks, openHolds, usage, requestedBy, ...rest];
    if (run) return { answer: JSON.stringify(values), runN: run.n };
  }
  return { answer: JSON.stringify(answer), runN: null };
}

function unpackAnswer({ answer, runN, runId, crew, startedAt }: RawAnswer): Json {
  const stored = JSON.parse(answer) as Json;
  if (runN === null || !Array.isArray(stored)) return stored;
  const [status, tasks, openHolds, usage, requestedBy, ...rest] = stored;
  const values = [runId, crew, status, tasks, openHolds, usage, requestedBy, unpackTime(startedAt), ...rest];
  return unpackMembers(values, SUMMARY) as Json;
}
