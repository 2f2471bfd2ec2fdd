import type { ActionId, RunId } from '../ids.ts';
import type { Journal } from '../journal/journal.ts';
import { toRunEvents } from '../journal/read-run.ts';
import { type Uses, usesOfAction } from '../replay/uses-of-action.ts';

/** What used the results of these actions of a run, so far as its journal still says it. */
export async function readUses(
  journal: Journal,
  runId: RunId,
  actions: readonly ActionId[],
): Promise<Map<ActionId, Uses>> {
  if (actions.length === 0) return new Map();
  const events = toRunEvents(await journal.read(runId), await journal.payloads(runId), { allowErased: true });
  return new Map(actions.map((id) => [id, usesOfAction(events, id)]));
}
