import type { RunId } from '../ids.ts';
import { checkAtRest, runNotFound } from './preconditions.ts';
import { type Erasure, namedPayloads } from './retention.ts';
import { eventsOf, payloadsOf } from './sqlite-queries.ts';
import type { Sql } from './sqlite-statements.ts';

/** Removing for good, each inside a transaction of the writer. */

export function eraseRun(sql: Sql, runId: RunId, { seq, seqs, tasks, summary }: Erasure): void {
  overwriteWhatGoes(sql);
  if (!isAtRest(sql, runId, seq)) throw runNotFound(runId);
  sql('UPDATE runs SET summary = ? WHERE id = ?').run(JSON.stringify(summary), runId);
  sql('UPDATE events SET data = NULL, salt = NULL WHERE run = ? AND seq IN (SELECT value FROM json_each(?))').run(
    ...[runId, JSON.stringify(seqs)],
  );
  const named = namedPayloads(eventsOf(sql, runId, {}));
  for (const { digest } of payloadsOf(sql, runId))
    if (!named.has(digest)) sql('DELETE FROM payloads WHERE run = ? AND digest = ?').run(runId, digest);
  if (tasks === null) sql('DELETE FROM holds WHERE run = ?').run(runId);
  else {
    sql("DELETE FROM holds WHERE run = ? AND record ->> 'task' IN (SELECT value FROM json_each(?))").run(
      ...[runId, JSON.stringify(tasks)],
    );
  }
  forgetAnswers(sql, runId);
}

export function removeRun(sql: Sql, runId: RunId, seq: number): boolean {
  overwriteWhatGoes(sql);
  if (!isAtRest(sql, runId, seq)) return false;
  sql('DELETE FROM runs WHERE id = ?').run(runId);
  for (const table of ['events', 'payloads', 'holds']) sql(`DELETE FROM ${table} WHERE run = ?`).run(runId);
  forgetAnswers(sql, runId);
  return true;
}

/** Whether there is such a run. @throws `SEQ_CONFLICT` if it is not as it was read */
function isAtRest(sql: Sql, runId: RunId, read: number): boolean {
  const row = sql<{ seq: number; wake: number }>('SELECT seq, wake FROM runs WHERE id = ?').get(runId);
  if (row) checkAtRest(runId, { seq: row.seq, wake: row.wake === 1 }, read);
  return row !== undefined;
}

/** Answers repeat what was asked about: the hold with its proposal, the run with its error. */
function forgetAnswers(sql: Sql, runId: RunId): void {
  sql('DELETE FROM requests WHERE instr(answer, ?) > 0').run(runId);
}

/** SQLite otherwise leaves the old content in pages that it will use again some time. */
function overwriteWhatGoes(sql: Sql): void {
  sql('PRAGMA secure_delete = ON').get();
}
