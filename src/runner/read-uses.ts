import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ActionId, RunId } from '../ids.ts';
import type { Journal } from '../journal/journal.ts';
import { type Uses, usesOfAction } from '../replay/uses-of-action.ts';
import { resolveEvents } from './load-run.ts';

const LONG = 1_000;

/** What used the results of these actions of a run, so far as its journal still says it. */
export async function readUses(
  journal: Journal,
  runId: RunId,
  actions: readonly ActionId[],
): Promise<Map<ActionId, Uses>> {
  if (actions.length === 0) return new Map();
  const events = await resolveEvents(journal, runId, await journal.read(runId), { allowErased: true });
  const uses = new Map<ActionId, Uses>();
  for (const id of actions) {
    uses.set(id, usesOfAction(events, id));
    // In a long run each is some milliseconds.
    if (events.length > LONG) await nextTurn();
  }
  return uses;
}
