import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../src/errors.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), 'utf8');
const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (\d+) \| (.*) \| (.*) \|$/gm)].map(
  ([, code = '', status, exit, happened = '', remedy = '']) => ({
    code,
    status: Number(status),
    exit: Number(exit),
    happened,
    remedy,
  }),
);

describe('docs/errors.md', () => {
  test('lists every code of the registry once, with its status and exit code, and no other', () => {
    const documented = rows.map(({ code, status, exit }) => [code, { status, exit }] as const);
    expect(Object.fromEntries(documented)).toEqual(ERRORS);
    expect(rows).toHaveLength(Object.keys(ERRORS).length);
  });

  test('says of every code what happened and what to do', () => {
    const silent = rows.filter(({ happened, remedy }) => !happened.endsWith('.') || !remedy.endsWith('.'));
    expect(silent).toEqual([]);
  });

  test('has no row that this test cannot read', () => {
    const lines = text.split('\n').filter((line) => line.startsWith('| `'));
    expect(lines).toHaveLength(rows.length);
  });
});
