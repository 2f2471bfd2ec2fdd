import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from '../test/support/reliability.ts';
import { MECHANISMS } from './mechanism-list.ts';
import { takeOut, vitest } from './mechanisms.ts';
import { reliabilityPage } from './reliability-page.ts';
import { readRecord, testsByRow, writeRecord } from './reliability-record.ts';

/**
 * `rows [ID…]` runs the tests of rows of the table of promises (with `HOLDPOINT_SOAK=1` at their large sizes) and records what they reported;
 * `mechanisms [FROM]` takes out one mechanism after the other, to see its test fail; `page` only writes the page. Without a word: all of it.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(root, 'docs/reliability.md');

/** @returns whether all passed. */
function measure(ids: readonly string[]): boolean {
  const known = testsByRow();
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new Error(`No test reports ${unknown.join(', ')}. There are: ${[...known.keys()].join(', ')}.`);
  const wanted = ids.length > 0 ? ids : [...known.keys()];
  const files = new Set(wanted.flatMap((id) => known.get(id) ?? []));
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-reliability-'));
  const reported = join(folder, 'rows.ndjson');
  writeFileSync(reported, '');
  // One file at a time: several would take the processor from each other, and from what they time.
  const status = vitest(root, [...files, '--no-file-parallelism'], { HOLDPOINT_RELIABILITY: reported });
  const text = readFileSync(reported, 'utf8').trim();
  rmSync(folder, { recursive: true });
  const rows = text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Row);
  const again = new Set(rows.map(({ id, what }) => `${id} ${what}`));
  const { rows: before, mechanisms } = readRecord();
  writeRecord({ rows: [...before.filter(({ id, what }) => !again.has(`${id} ${what}`)), ...rows], mechanisms });
  return status === 0 && rows.length > 0;
}

/** @returns whether every test noticed. */
function takeOutEach(wanted: readonly string[]): boolean {
  const chosen = MECHANISMS.filter(({ name }) => wanted.length === 0 || wanted.some((words) => name.includes(words)));
  const unnoticed: string[] = [];
  for (const { name, test, named, ...change } of chosen) {
    const noticed = takeOut({ name, test, named, ...change });
    if (!noticed) unnoticed.push(name);
    const { rows, mechanisms } = readRecord();
    const taken = [
      ...mechanisms.filter((one) => one.name !== name),
      { name, test, named, noticed, date: new Date().toISOString() },
    ];
    const ordered = MECHANISMS.flatMap((one) => taken.find((each) => each.name === one.name) ?? []);
    writeRecord({ rows, mechanisms: ordered });
  }
  for (const name of unnoticed) console.error(`Not noticed: ${name}`);
  return unnoticed.length === 0;
}

const [command, ...given] = process.argv.slice(2);
const ways: Readonly<Record<string, () => boolean>> = {
  rows: () => measure(given),
  mechanisms: () => takeOutEach(given),
  page: () => true,
};
const chosen = command === undefined ? [() => measure([]), () => takeOutEach([])] : [ways[command]];
let passed = true;
for (const way of chosen) {
  if (!way) throw new Error(`Write rows, mechanisms or page, not ${command}.`);
  passed = way() && passed;
}
writeFileSync(PAGE, reliabilityPage(readRecord()));
process.exit(passed ? 0 : 1);
