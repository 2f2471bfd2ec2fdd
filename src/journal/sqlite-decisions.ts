import type { HoldRecord } from '../hooks/hold.ts';
import { decisionsOn, type FoundDecision, foundDecision } from '../hooks/past-decision.ts';
import type { HoldId, RunId } from '../ids.ts';
import type { DecidedQuery, Page } from './journal.ts';
import { decisionsBelow, limitOf, pageOfDecisions, placeOfDecision } from './page.ts';
import { type Beside, HOLD_COLUMNS, holdsOfRun, type RawHold, toHold, upsertHolds } from './sqlite-holds.ts';
import { type Sql, TEXT } from './sqlite-statements.ts';

/** The order in which decisions were made: a row for each, in a table that is its own index. Holds that nobody decided have none. */

/** Writes holds of a run, and lists the decisions made on them. */
export function writeHolds(
  sql: Sql,
  run: { n: number; id: RunId },
  holds: readonly HoldRecord[],
  beside: Beside,
): void {
  upsertHolds(sql, run, holds, beside);
  for (const hold of holds) listDecisions(sql, hold);
}

/** What was decided stays as it is, so a decision that is listed already is left alone. */
export function listDecisions(sql: Sql, hold: HoldRecord): void {
  for (const found of decisionsOn(hold))
    sql('INSERT OR IGNORE INTO decisions (at, hold, entry) VALUES (?, ?, ?)').run(...placeOfDecision(found));
}

/** Removes holds of a run with their decisions. @param tasks of which; null: all of them */
export function deleteHolds(sql: Sql, run: number, tasks: readonly string[] | null): void {
  for (const hold of holdsOfRun(sql, run)) {
    if (tasks !== null && !tasks.includes(hold.task ?? '')) continue;
    for (const found of decisionsOn(hold))
      sql('DELETE FROM decisions WHERE at = ? AND hold = ? AND entry = ?').run(...placeOfDecision(found));
    sql('DELETE FROM holds WHERE id = ?').run(hold.id);
  }
}

const ENTRY = `json_extract(h.record, '$.history[' || d.entry || ']')`;
/** As `foundDecision` reads a history: its last entry was made by all of `decidedBy`. */
const WANTED = `($crew IS NULL OR h.crew = $crew)
  AND ($verdict IS NULL OR ${ENTRY} ->> 'verdict' = $verdict)
  AND ($by IS NULL OR ${ENTRY} ->> 'by' = $by OR (
    d.entry = json_array_length(h.record, '$.history') - 1
    AND EXISTS (SELECT 1 FROM json_each(h.record, '$.decidedBy') AS voter WHERE voter.value = $by)))`;

interface RawDecision extends RawHold {
  readonly id: HoldId;
  readonly entry: number;
}

export function decisionsBy(sql: Sql, query: DecidedQuery): Page<FoundDecision> {
  const { by = null, verdict = null, crew = null, from = '', to, cursor } = query;
  const limit = limitOf(query.limit);
  const [at, hold, entry] = decisionsBelow(cursor, to);
  const [since, until] = ['$from', '$at'].map((name) => TEXT.replace('?', name));
  // CROSS JOIN: in the order of `decisions`, whatever else is asked for.
  const rows = sql<RawDecision>(
    `SELECT ${HOLD_COLUMNS}, d.entry FROM decisions d CROSS JOIN holds h ON h.id = d.hold
     WHERE (d.at, d.hold, d.entry) < (${until}, $hold, $entry) AND d.at >= ${since} AND ${WANTED}
     ORDER BY d.at DESC, d.hold DESC, d.entry DESC LIMIT $limit`,
  ).all({ at, hold, entry, from, by, verdict, crew, limit: limit + 1 });
  return pageOfDecisions(
    rows.map((row) => foundDecision(toHold(row), row.entry)),
    limit,
  );
}
