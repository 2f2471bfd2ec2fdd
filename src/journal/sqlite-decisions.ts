import type { HoldRecord } from '../hooks/hold.ts';
import { decisionsOn, type FoundDecision, foundDecision } from '../hooks/past-decision.ts';
import type { HoldId, RunId } from '../ids.ts';
import type { DecidedQuery, Page } from './journal.ts';
import { type DecisionPlace, decisionsBelow, limitOf, pageOfDecisions, placeOfDecision } from './page.ts';
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

/** Decisions looked at for a page, some milliseconds: what nobody decided is not looked for in all of them at once. */
const LOOKED_AT = 2_000;
const [SINCE, UNTIL, STOP] = ['$from', '$at', '$stopAt'].map((name) => TEXT.replace('?', name));
const IN_TIME = `(d.at, d.hold, d.entry) < (${UNTIL}, $hold, $entry) AND d.at >= ${SINCE}`;
const NEWEST_FIRST = 'ORDER BY d.at DESC, d.hold DESC, d.entry DESC';

/** A page may be short, and go on all the same: where few of those that were looked at are wanted. */
export function decisionsBy(sql: Sql, query: DecidedQuery): Page<FoundDecision> {
  const { by = null, verdict = null, crew = null, from = '', to, cursor } = query;
  const limit = limitOf(query.limit);
  const [at, hold, entry] = decisionsBelow(cursor, to);
  const lookedTo =
    by === null && verdict === null && crew === null ? null : lastLookedAt(sql, { at, hold, entry, from });
  const [stopAt, stopHold, stopEntry] = lookedTo ?? ['', '', 0];
  // CROSS JOIN: in the order of `decisions`, whatever else is asked for.
  const rows = sql<RawDecision>(
    `SELECT ${HOLD_COLUMNS}, d.entry FROM decisions d CROSS JOIN holds h ON h.id = d.hold
     WHERE ${IN_TIME} AND (d.at, d.hold, d.entry) >= (${STOP}, $stopHold, $stopEntry) AND ${WANTED}
     ${NEWEST_FIRST} LIMIT $limit`,
  ).all({ at, hold, entry, from, by, verdict, crew, stopAt, stopHold, stopEntry, limit: limit + 1 });
  return pageOfDecisions(
    rows.map((row) => foundDecision(toHold(row), row.entry)),
    limit,
    lookedTo,
  );
}

/** The last of as many decisions as are looked at; null: there are no more than that. */
function lastLookedAt(
  sql: Sql,
  range: Readonly<{ at: string; hold: string; entry: number; from: string }>,
): DecisionPlace | null {
  const row = sql<{ at: string; hold: string; entry: number }>(
    `SELECT d.at, d.hold, d.entry FROM decisions d WHERE ${IN_TIME} ${NEWEST_FIRST} LIMIT 1 OFFSET ${LOOKED_AT - 1}`,
  ).get(range);
  return row ? [row.at, row.hold, row.entry] : null;
}
