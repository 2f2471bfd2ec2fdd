import type { RunId } from '../ids.ts';
import { checkAtRest, runNotFound } from './preconditions.ts';
import { type Erasure, namedPayloads } from './retention.ts';
import { forgetAnswers } from './sqlite-answers.ts';
import { dropUnusedConfig } from './sqlite-configs.ts';
import { deleteHolds } from './sqlite-decisions.ts';
import { eraseData, eventsOf, type Place } from './sqlite-events.ts';
import { holdsOpenedAt, upsertHolds } from './sqlite-holds.ts';
import { packHex } from './sqlite-packing.ts';
import { packSummary, payloadsOf } from './sqlite-queries.ts';
import type { Sql } from './sqlite-statements.ts';

/** Removing for good, each inside a transaction of the writer, whose connection overwrites what goes (`secure_delete`). */

export function eraseRun(sql: Sql, runId: RunId, { seq, seqs, tasks, summary }: Erasure): void {
  const place = placeAtRest(sql, runId, seq);
  if (!place) throw runNotFound(runId);
  const { n } = place;
  sql('UPDATE runs SET status = ?, summary_rest = ? WHERE n = ?').run(summary.status, packSummary(summary), n);
  const holds = holdsOpenedAt(sql, n, seqs);
  eraseData(sql, n, seqs);
  // What stays of holds must not be looked for in what has gone.
  upsertHolds(sql, { n, id: runId }, holds, { events: [] });
  deleteHolds(sql, n, tasks);
  if (seqs.includes(1)) forgetConfig(sql, place);
  const named = namedPayloads(eventsOf(sql, runId, {}));
  for (const { digest } of payloadsOf(sql, runId))
    if (!named.has(digest)) sql('DELETE FROM payloads WHERE run_n = ? AND digest = ?').run(n, packHex(digest));
  forgetAnswers(sql, { n, id: runId });
}

export function removeRun(sql: Sql, runId: RunId, seq: number): boolean {
  const place = placeAtRest(sql, runId, seq);
  if (!place) return false;
  const { n } = place;
  forgetAnswers(sql, { n, id: runId });
  deleteHolds(sql, n, null);
  for (const table of ['events', 'payloads']) sql(`DELETE FROM ${table} WHERE run_n = ?`).run(n);
  sql('DELETE FROM runs WHERE n = ?').run(n);
  dropUnusedConfig(sql, place.config);
  return true;
}

/** @throws `SEQ_CONFLICT` if the run is not as it was read */
function placeAtRest(sql: Sql, runId: RunId, read: number): Place | null {
  const row = sql<Place & { seq: number; wake: number }>('SELECT n, config, seq, wake FROM runs WHERE id = ?').get(
    runId,
  );
  if (!row) return null;
  checkAtRest(runId, { seq: row.seq, wake: row.wake === 1 }, read);
  return row;
}

function forgetConfig(sql: Sql, { n, config }: Place): void {
  sql('UPDATE runs SET config = NULL WHERE n = ?').run(n);
  dropUnusedConfig(sql, config);
}
