import { readFile, writeFile } from 'node:fs/promises';
import { parseExport } from '../../src/journal/export.ts';
import { toRunEvents } from '../../src/journal/read-run.ts';
import { digestOf } from '../../src/json/digest.ts';
import type { Json } from '../../src/json/json.ts';
import { replay } from '../../src/replay/replay.ts';
import { viewOf } from '../../src/replay/run-view.ts';
import { goldenJournals } from './golden-journals.ts';

/** `node test/support/write-golden-journals.ts v2` at a release: what it writes must replay ever after, and is never written again. */
const FOLDER = new URL('../fixtures/journals/', import.meta.url);
const version = process.argv[2];
if (!/^v\d+$/.test(version ?? '')) throw new Error('Name the version: v1, v2, …');
const list = new URL('digests.json', FOLDER);
const digests = JSON.parse(await readFile(list, 'utf8')) as Record<string, { head: string; state: string }>;
for await (const { name, text } of goldenJournals()) {
  await writeFile(new URL(`${version}-${name}.ndjson`, FOLDER), text, { flag: 'wx' });
  const [run] = parseExport(text);
  if (!run) continue;
  const { state } = await replay(run.run, toRunEvents(run.events, run.payloads));
  digests[`${version}-${name}`] = { head: run.end?.head ?? '', state: digestOf(viewOf(state) as unknown as Json) };
}
await writeFile(list, `${JSON.stringify(digests, null, 2)}\n`);
