import { SYSTEM_JOURNAL } from '../../src/ids.ts';
import { parseExport } from '../../src/journal/export.ts';
import { toRunEvents } from '../../src/journal/read-run.ts';
import { digestOf } from '../../src/json/digest.ts';
import type { Json } from '../../src/json/json.ts';
import { replay } from '../../src/replay/replay.ts';
import { type RunView, viewOf } from '../../src/replay/run-view.ts';

/**
 * Members that came to the state of an action after the first golden journals: they add to what a journal says, and change none of
 * it. A digest that was written is never written again, so it is made without them.
 */
const ADDED = ['undoFailure'] as const;

/** What an export says: how its run stands, and the digest of that. The journal `system` is no run: its events stand for themselves. */
export async function stateOfExport(text: string): Promise<{ status: string; head: string; digest: string }> {
  const [run] = parseExport(text);
  if (!run) throw new Error('no run in it');
  const events = toRunEvents(run.events, run.payloads);
  const head = run.end?.head ?? '';
  if (run.run === SYSTEM_JOURNAL) return { status: 'completed', head, digest: digestOf(events as unknown as Json) };
  const view = asWritten(viewOf((await replay(run.run, events)).state));
  return { status: view.summary.status, head, digest: digestOf(view as unknown as Json) };
}

function asWritten(view: RunView): RunView {
  const actions = view.actions.map((action) => {
    const rest = { ...action };
    for (const member of ADDED) delete rest[member];
    return rest;
  });
  return { ...view, actions };
}
