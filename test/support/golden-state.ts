import { SYSTEM_JOURNAL } from '../../src/ids.ts';
import { parseExport } from '../../src/journal/export.ts';
import { toRunEvents } from '../../src/journal/read-run.ts';
import { digestOf } from '../../src/json/digest.ts';
import type { Json } from '../../src/json/json.ts';
import { replay } from '../../src/replay/replay.ts';
import { viewOf } from '../../src/replay/run-view.ts';

/** What an export says: how its run stands, and the digest of that. The journal `system` is no run: its events stand for themselves. */
export async function stateOfExport(text: string): Promise<{ status: string; head: string; digest: string }> {
  const [run] = parseExport(text);
  if (!run) throw new Error('no run in it');
  const events = toRunEvents(run.events, run.payloads);
  const head = run.end?.head ?? '';
  if (run.run === SYSTEM_JOURNAL) return { status: 'completed', head, digest: digestOf(events as unknown as Json) };
  const view = viewOf((await replay(run.run, events)).state);
  return { status: view.summary.status, head, digest: digestOf(view as unknown as Json) };
}
