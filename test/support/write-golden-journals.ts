import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { goldenJournals } from './golden-journals.ts';
import { stateOfExport } from './golden-state.ts';

/**
 * `node test/support/write-golden-journals.ts v2` at a release, and for a scenario that is new: what it writes must replay ever
 * after, and is never written again.
 */
const FOLDER = new URL('../fixtures/journals/', import.meta.url);
const version = process.argv[2];
if (!/^v\d+$/.test(version ?? '')) throw new Error('Name the version: v1, v2, …');
const list = new URL('digests.json', FOLDER);
const digests = JSON.parse(await readFile(list, 'utf8')) as Record<string, { head: string; state: string }>;
for await (const { name, text } of goldenJournals()) {
  const file = new URL(`${version}-${name}.ndjson`, FOLDER);
  if (existsSync(file)) continue;
  await writeFile(file, text, { flag: 'wx' });
  const { head, digest: state } = await stateOfExport(text);
  digests[`${version}-${name}`] = { head, state };
}
await writeFile(list, `${JSON.stringify(digests, null, 2)}\n`);
