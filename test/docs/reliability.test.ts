import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reliabilityPage } from '../../scripts/reliability-page.ts';
import { readRecord, testsByRow } from '../../scripts/reliability-record.ts';

const root = join(import.meta.dirname, '..', '..');

test('docs/reliability.md follows from what the tests reported, word for word', () => {
  expect(readFileSync(join(root, 'docs', 'reliability.md'), 'utf8')).toBe(reliabilityPage(readRecord()));
});

test('every recorded row has a test, and none of them failed', () => {
  const known = [...testsByRow().keys()];
  expect(readRecord().rows.filter(({ id, failures }) => !known.includes(id) || failures > 0)).toEqual([]);
});
