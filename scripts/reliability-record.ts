import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from '../test/support/reliability.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = join(root, 'docs/reliability.json');

/** Whether a mechanism's test failed without it, and when that was tried. */
export interface Taken {
  readonly name: string;
  readonly test: string;
  readonly named: string;
  readonly noticed: boolean;
  readonly date: string;
}

/** What the tests reported, kept beside the page, so that one row can be measured again without the others. */
export interface ReliabilityRecord {
  readonly rows: readonly Row[];
  readonly mechanisms: readonly Taken[];
}

export function readRecord(): ReliabilityRecord {
  if (!existsSync(file)) return { rows: [], mechanisms: [] };
  return JSON.parse(readFileSync(file, 'utf8')) as ReliabilityRecord;
}

export function writeRecord(record: ReliabilityRecord): void {
  const rows = [...record.rows].sort((a, b) => orderOf(a) - orderOf(b) || (a.what < b.what ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ ...record, rows }, null, 2)}\n`);
}

function orderOf({ id }: Row): number {
  return (id.startsWith('S') ? 100 : 0) + Number(id.slice(1));
}

/** The test files that report a row, by its id: whatever test says `measured({ id: 'R1', … })`. */
export function testsByRow(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const entry of readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.test.ts')) continue;
    const text = readFileSync(join(root, 'test', entry), 'utf8');
    for (const [, id = ''] of text.matchAll(/measured\(\s*\{\s*id: '([RS]\d+)'/g)) {
      const files = found.get(id) ?? [];
      if (!files.includes(`test/${entry}`)) found.set(id, [...files, `test/${entry}`]);
    }
  }
  return found;
}
