import { SYSTEM_JOURNAL } from '../ids.ts';
import type { Restored } from './journal.ts';
import { checkRestored, runNotFound } from './preconditions.ts';
import { insertAnswer, storedAnswer } from './sqlite-answers.ts';
import { writeHolds } from './sqlite-decisions.ts';
import { headOfSystem, placeOfRun, SYSTEM_PLACE } from './sqlite-events.ts';
import { holdOf } from './sqlite-holds.ts';
import { insertRun, insertWritten } from './sqlite-rows.ts';
import type { Sql } from './sqlite-statements.ts';

/** Writes what another journal holds. */
export function restorePart(sql: Sql, part: Restored): void {
  checkRestored(part, isThere(sql, part));
  if (part.type === 'answer') insertAnswer(sql, part.answer);
  else if (part.type === 'hold') {
    const run = placeOfRun(sql, part.runId);
    if (!run) throw runNotFound(part.runId);
    writeHolds(sql, { n: run.n, id: part.runId }, [part.hold], { events: [] });
  } else if (part.row) insertRun(sql, part.row, { ...part, holds: [] });
  else insertWritten(sql, { n: SYSTEM_PLACE.n, id: SYSTEM_JOURNAL }, { ...part, holds: [] });
}

function isThere(sql: Sql, part: Restored): boolean {
  if (part.type === 'answer') return storedAnswer(sql, part.answer) !== null;
  if (part.type === 'hold') return holdOf(sql, part.hold.id) !== null;
  return part.row ? placeOfRun(sql, part.runId) !== null : headOfSystem(sql).seq > 0;
}
