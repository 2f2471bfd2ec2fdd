import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileLines } from '../../src/cli/file-lines.ts';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { type CliFolder, cliFolder } from '../support/cli.ts';
import { PLAIN } from '../support/cli-crews.ts';

/** What V8 makes of a journal over 512 MB that is asked for as one string. */
const NO_SUCH_STRING = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { readFileSync } = fs;
fs.readFileSync = (path, options) => {
  if (options && String(path).endsWith('.ndjson')) throw new Error('Cannot create a string longer than 0x1fffffe8 characters');
  return readFileSync(path, options);
};
syncBuiltinESMExports();`;

let folder: CliFolder;
beforeAll(async () => {
  folder = await cliFolder({ 'plain.ts': PLAIN, 'no-such-string.mjs': NO_SUCH_STRING });
});
afterAll(() => folder[Symbol.asyncDispose]());

const PARTS = ['a', 'bc', '\n', '\r\n', '\n\n', '\uFEFF', 'é', '雪', '\u{1f600}'].map((text) => Buffer.from(text));
/** A sequence that was cut off, one that goes on with nothing, and a byte that is never one. */
const BROKEN = [[0xe9, 0x9b], [0x80], [0xff]].map((bytes) => Buffer.from(bytes));

test('the lines of a file are those of its text, wherever its chunks end', () => {
  const path = join(folder.path, 'lines.txt');
  const content = fc.array(fc.constantFrom(...PARTS, ...BROKEN), { maxLength: 20 });
  fc.assert(
    fc.property(content, fc.integer({ min: 1, max: 9 }), (parts, chunkBytes) => {
      writeFileSync(path, Buffer.concat(parts));
      expect([...fileLines(path, { chunkBytes })]).toEqual(readFileSync(path, 'utf8').split('\n'));
    }),
    { numRuns: 500 },
  );
});

test('a line may be longer than many chunks, and the last one needs no end', () => {
  const path = join(folder.path, 'long.txt');
  const lines = ['雪'.repeat(10_000), '', `${'é'.repeat(9_999)}\r`, 'x'];
  writeFileSync(path, lines.join('\n'));
  expect([...fileLines(path, { chunkBytes: 64 })]).toEqual(lines);
  expect([...fileLines(path)]).toEqual(lines);
});

test('an export is verified and replayed though it fits into no string', async () => {
  const [{ id }] = (await folder.json(['run', 'plain.ts', '--model', 'rehearsal'])).lines as [RunSummary];
  await folder.run(['export', id, '--output', 'run.ndjson']);
  const text = await readFile(join(folder.path, 'run.ndjson'), 'utf8');
  await folder.write('windows.ndjson', `\uFEFF${text.trimEnd().replaceAll('\n', '\r\n')}`);
  const env = { NODE_OPTIONS: `--import=${join(folder.path, 'no-such-string.mjs')}` };
  for (const file of ['run.ndjson', 'windows.ndjson']) {
    for (const args of [
      ['verify', file],
      ['replay', file],
      ['replay', file, '--crew', 'plain.ts'],
    ])
      expect(await folder.json(args, env), args.join(' ')).toMatchObject({ code: 0, lines: [{ run: id, ok: true }] });
  }
});
