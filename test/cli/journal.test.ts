import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { type CliFolder, cliFolder } from '../support/cli.ts';
import { NEWSROOM, PLAIN } from '../support/cli-crews.ts';

let folder: CliFolder;
let run: RunSummary;
let head: string;
beforeAll(async () => {
  folder = await cliFolder({
    'plain.ts': PLAIN,
    'newsroom.ts': NEWSROOM,
    'changed.ts': PLAIN.replace('Say another', 'Say something else'),
  });
  run = ((await folder.json(['run', 'plain.ts', '--model', 'rehearsal'])).lines as [RunSummary])[0];
  expect(await folder.run(['export', run.id, '--output', 'run.ndjson'])).toMatchObject({ code: 0 });
  const lines = (await readFile(join(folder.path, 'run.ndjson'), 'utf8')).trimEnd().split('\n');
  head = (JSON.parse(lines.at(-1) ?? '') as { end: { head: string } }).end.head;
  await folder.write('tampered.ndjson', lines.join('\n').replace('Say another', 'Say nothing'));
  await folder.write('cut.ndjson', lines.slice(0, -1).join('\n'));
  await folder.write('empty.ndjson', '');
});
afterAll(() => folder[Symbol.asyncDispose]());

test('export writes the same to stdout', async () => {
  const { stdout } = await folder.run(['export', run.id]);
  expect(stdout).toBe(await readFile(join(folder.path, 'run.ndjson'), 'utf8'));
});

test('verify holds for the database and the export, also against the head that is known', async () => {
  const expected = { run: run.id, ok: true, count: run.lastSeq, head };
  for (const source of [run.id, 'run.ndjson']) {
    expect(await folder.json(['verify', source])).toMatchObject({ code: 0, lines: [expected] });
    expect(await folder.json(['verify', source, '--head', head])).toMatchObject({ code: 0, lines: [expected] });
    expect(await folder.json(['verify', source, '--head', '0'.repeat(64)])).toMatchObject({
      code: 5,
      lines: [{ ok: false }],
    });
  }
  expect((await folder.run(['verify', 'run.ndjson'])).stdout).toContain('cannot be excluded');
});

test.for(['tampered.ndjson', 'cut.ndjson', 'empty.ndjson', 'plain.ts'])('verify refuses %s with 5', async (file) => {
  const { code, lines, stderr } = await folder.json(['verify', file]);
  expect({ code, lines }).toMatchObject({ code: 5, lines: [{ ok: false, problem: expect.any(String) }] });
  expect(stderr).toMatch(/[^.][.?] \(JOURNAL_BROKEN\)\nWithout --head HASH a rewritten tail cannot be excluded\.\n$/);
});

test.for(['verify', 'replay'])('%s of a file that is not there says so, also beside a database', async (command) => {
  const { code, stderr } = await folder.run([command, 'archive/run.ndjson']);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('no file archive/run.ndjson') });
  expect((await folder.run([command, 'run_nowhere'])).stderr).toContain('RUN_NOT_FOUND');
});

test('a corrupted run id is a broken chain, not wrong usage', async () => {
  const [first = '', second = '', ...rest] = (await readFile(join(folder.path, 'run.ndjson'), 'utf8')).split('\n');
  const other = second.replace(run.id, `${run.id.slice(0, -1)}${run.id.endsWith('0') ? '1' : '0'}`);
  await folder.write('renamed.ndjson', [first, other, ...rest].join('\n'));
  for (const head of [[], ['--head', '0'.repeat(64)]]) {
    const { code, stderr } = await folder.json(['verify', 'renamed.ndjson', ...head]);
    expect(code).toBe(5);
    expect(stderr).toContain('JOURNAL_BROKEN');
  }
});

test('replay gives the same run again, from the database and from the export', async () => {
  for (const source of [run.id, 'run.ndjson']) {
    const { code, lines } = await folder.json(['replay', source, '--crew', 'plain.ts']);
    expect({ code, lines }).toMatchObject({
      code: 0,
      lines: [
        {
          run: run.id,
          ok: true,
          count: run.lastSeq,
          state: { summary: { status: 'completed', outputs: run.outputs } },
        },
      ],
    });
  }
});

test('replay stops where it is told', async () => {
  const { lines } = await folder.json(['replay', run.id, '--at', '2']);
  expect(lines).toMatchObject([
    { count: 2, state: { seq: 2, summary: { status: 'running', tasks: { second: 'waiting' } } } },
  ]);
});

test.for([
  ['a changed crew', ['replay', 'run.ndjson', '--crew', 'changed.ts'], 'REPLAY_DIVERGED'],
  ['a broken chain', ['replay', 'tampered.ndjson'], 'JOURNAL_BROKEN'],
  ['a file without a journal', ['replay', 'empty.ndjson'], 'JOURNAL_BROKEN'],
] as const)('%s is 5', async ([, args, told]) => {
  expect(await folder.run([...args])).toMatchObject({ code: 5, stderr: expect.stringContaining(told) });
});

test('what is neither a run nor a file, and a crew of another run, are wrong usage', async () => {
  for (const args of [
    ['verify', 'run_unknown'],
    ['replay', 'run_unknown'],
    ['export', 'run_unknown'],
    ['replay', run.id, '--crew', 'newsroom.ts'],
  ]) {
    expect(await folder.run(args)).toMatchObject({ code: 2 });
  }
});
