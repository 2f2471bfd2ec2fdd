import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeLines } from '../../src/cli/write-lines.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('a file is written whole or not at all: what stood there before stays until then', async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'run.ndjson');
  await writeFile(path, 'before');
  const broken = function* () {
    yield 'x'.repeat(1_000_000);
    throw new Error('the journal cannot be read');
  };
  await expect(writeLines(path, broken())).rejects.toMatchObject({ code: 'FILE_INVALID' });
  expect(await readFile(path, 'utf8')).toBe('before');
  await writeLines(path, ['a', 'b']);
  expect(await readFile(path, 'utf8')).toBe('a\nb\n');
  expect(await readdir(folder.path)).toEqual(['run.ndjson']);
  await folder.remove();
});
