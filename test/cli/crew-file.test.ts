import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliFolder, cliFolder } from '../support/cli.ts';
import { CURRENCY, NEWSROOM, PAYMENTS } from '../support/cli-crews.ts';

let folder: CliFolder;
beforeAll(async () => {
  folder = await cliFolder({ 'payments.ts': PAYMENTS, 'currency.ts': CURRENCY, 'newsroom.ts': NEWSROOM });
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('holdpoint gates', () => {
  test('lists every tool and task with its tier and who may decide', async () => {
    const { code, lines } = await folder.json(['gates', 'payments.ts']);
    expect(code).toBe(0);
    expect(lines).toMatchObject([
      { kind: 'tool', name: 'pay', tier: 'approval', reviewers: ['group:leads'], quorum: 2 },
      { kind: 'tool', name: 'tip', tier: 'supervised', quorum: 1 },
      { kind: 'tool', name: 'grade', task: 'grade', tier: 'computed' },
      { kind: 'tool', name: 'grade', task: 'raised', tier: 'human' },
      { kind: 'task', name: 'pay' },
      { kind: 'task', name: 'tip' },
      { kind: 'task', name: 'grade' },
      { kind: 'task', name: 'raised' },
    ]);
  });

  test.for([
    ['pay=approval', 0],
    ['pay=supervised', 0],
    ['pay=human', 1],
    ['tip=approval', 1],
    ['grade=approval', 1],
    ['grade=computed', 0],
    ['tip=computed', 1],
    ['nothing=automatic', 1],
    ['pay', 2],
    ['pay=always', 2],
  ] as const)('--require %s: %i', async ([requirement, code]) => {
    expect((await folder.run(['gates', 'payments.ts', '--require', requirement])).code).toBe(code);
  });

  test('a task counts where no tool is called so', async () => {
    expect((await folder.run(['gates', 'newsroom.ts', '--require', 'draft=approval'])).code).toBe(0);
    expect(
      await folder.run(['gates', 'newsroom.ts', '--require', 'draft=approval', '--require', 'edit=approval']),
    ).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('edit'),
    });
  });
});

describe('holdpoint graph', () => {
  test('draws the tasks, what they wait for and where they hold', async () => {
    const { code, stdout } = await folder.run(['graph', 'newsroom.ts']);
    expect(code).toBe(0);
    expect(stdout).toContain('flowchart TD');
    expect(stdout).toMatch(/t1\["<b>draft<\/b>.*⏸ after"\]:::hold/);
    expect(stdout).toContain('t1 --> t2');
    expect((await folder.json(['graph', 'newsroom.ts'])).lines).toEqual([
      { crew: 'newsroom', graph: stdout.trimEnd() },
    ]);
  });

  test('prints the statecharts as JSON', async () => {
    const { stdout } = await folder.run(['graph', 'newsroom.ts', '--format', 'xstate']);
    expect(JSON.parse(stdout)).toMatchObject({
      task: { states: { heldAfter: expect.anything() } },
      crew: {},
      action: {},
    });
    expect(await folder.run(['graph', 'newsroom.ts', '--format', 'dot'])).toMatchObject({ code: 2 });
  });
});

describe('holdpoint init', () => {
  test('writes a crew that runs at once, and overwrites nothing', async () => {
    await using empty = await cliFolder();
    const { code, stdout } = await empty.run(['init', 'desk']);
    expect(code).toBe(0);
    expect(stdout).toContain('cd desk');
    const run = await empty.json([
      'run',
      'desk/refund.crew.ts',
      '--input',
      'ticket=Charged twice',
      '--model',
      'rehearsal',
    ]);
    expect(run).toMatchObject({ code: 3, lines: [{ crew: 'refund-desk', tasks: { assess: 'held', pay: 'waiting' } }] });
    expect(await empty.run(['init', 'desk'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('refund.crew.ts'),
    });
    expect(await empty.run(['init'])).toMatchObject({ code: 0 });
    expect((await empty.run(['init'])).stderr).toContain('would be overwritten in this folder. ');
  });
});

test.for(['desk', 'desk/inside', 'desk/a/b'])('holdpoint init %s, where `desk` is a file, says so', async (dir) => {
  await using own = await cliFolder({ desk: '' });
  expect(await own.run(['init', dir])).toMatchObject({
    code: 2,
    stderr: 'error: desk is a file. Name a folder to write into, new or empty: holdpoint init NAME. (USAGE)\n',
  });
});

describe('a crew file is loaded', () => {
  const made = (role: string) =>
    `defineCrew({ name: 'c', agents: { a: { role: ${role}, goal: 'G' } }, tasks: { t: { agent: 'a', description: 'D' } } })`;
  const crewOf = (role: string) => `export default ${made(role)};\n`;
  const COMPILED = `"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nconst { defineCrew } = require("holdpoint");\n`;
  const IMPORT = "import { defineCrew } from 'holdpoint';\n";

  test.each([
    ['TypeScript without a package.json', { 'a.ts': `${IMPORT}const role: string = 'R';\n${crewOf('role')}` }],
    ['JavaScript without a package.json', { 'a.js': `${IMPORT}${crewOf("'R'")}` }],
    ['an enum', { 'a.ts': `${IMPORT}enum Role { R = 'R' }\n${crewOf('Role.R')}` }],
    [
      'an import without extension',
      { 'a.ts': `${IMPORT}import { role } from './b';\n${crewOf('role')}`, 'b.ts': "export const role = 'R';\n" },
    ],
    [
      'an import with it',
      {
        'a.ts': `${IMPORT}import { role } from './b.ts';\n${crewOf('role')}`,
        'b.ts': "export const role = 'R' as const;\n",
      },
    ],
    [
      'require',
      {
        'a.cjs': `const { defineCrew } = require('holdpoint');\nmodule.exports = { default: ${made("'R'")} };\n`,
      },
    ],
    ['module.exports', { 'a.cjs': `const { defineCrew } = require('holdpoint');\nmodule.exports = ${made("'R'")};\n` }],
    ['a list in it', { 'a.cjs': `const { defineCrew } = require('holdpoint');\nmodule.exports = [${made("'R'")}];\n` }],
    [
      'module.exports in TypeScript',
      { 'a.cts': `const { defineCrew } = require('holdpoint');\nmodule.exports = ${made("'R' as string")};\n` },
    ],
    [
      'export = in TypeScript',
      { 'a.cts': `import { defineCrew } from 'holdpoint';\nexport = ${made("'R' as string")};\n` },
    ],
    ['what a compiler makes of export default', { 'a.cjs': `${COMPILED}exports.default = ${made("'R'")};\n` }],
    [
      'the same from another file',
      {
        'a.mjs': "export { default } from './b.cjs';\n",
        'b.cjs': `${COMPILED}exports.default = ${made("'R'")};\n`,
      },
    ],
    [
      'a part that is loaded later',
      {
        'a.ts': `${IMPORT}const { role } = await import('./b');\n${crewOf('role')}`,
        'b.ts': "export const role = 'R';\n",
      },
    ],
    ['a package that says commonjs', { 'a.ts': `${IMPORT}${crewOf("'R'")}`, 'package.json': '{ "type": "commonjs" }' }],
  ])('with %s, without a word on stderr', async (_what, files) => {
    await using own = await cliFolder(files as Record<string, string>);
    const [file = ''] = Object.keys(files);
    expect(await own.run(['gates', file, '--json'])).toMatchObject({ code: 0, stderr: '' });
  });

  test.each([
    ['an empty list', 'export default [];', 'the list of crews that it exports is empty'],
    ['no default export', 'export const crew = 1;', 'it has no default export'],
    ['something else', 'export default 1;', 'its default export is not a crew'],
  ])('not with %s, and says so', async (_what, text, said) => {
    await using own = await cliFolder({ 'a.ts': text });
    expect(await own.run(['gates', 'a.ts'])).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
  });

  const LEAVES_A_TRACE = `${IMPORT}import { appendFileSync } from 'node:fs';\nappendFileSync('loaded.txt', 'x');\n`;
  test.each([
    ['an error', "const key: string | undefined = undefined;\nif (!key) throw new Error('KEY is missing');", 5, 'KEY'],
    ['a SyntaxError', "\nJSON.parse('{bad');", 5, 'JSON'],
    ["an error of Node's", "\nnew URL('nonsense');", 5, 'Invalid URL'],
    ['a SyntaxError after a wait', "await null;\nJSON.parse('{bad');", 5, 'JSON'],
  ])('once, also where it throws %s: the place is told', async (_what, text, line, said) => {
    await using own = await cliFolder({ 'bad.ts': `${LEAVES_A_TRACE}${text}\n${crewOf("'R'")}` });
    const { code, stderr } = await own.run(['gates', 'bad.ts']);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr).toContain(`(at bad.ts:${line})`);
    expect(await readFile(`${own.path}/loaded.txt`, 'utf8')).toBe('x');
  });

  test('once, also where what it imports throws, and where another was loaded before', async () => {
    await using own = await cliFolder({
      'good.ts': `${IMPORT}${crewOf("'R'")}`,
      'bad.ts': `${IMPORT}import { role } from './b.ts';\n${crewOf('role')}`,
      'b.ts': `${LEAVES_A_TRACE}export const role: string = JSON.parse('{bad');\n`,
    });
    const { code, stderr } = await own.run(['serve', 'good.ts', 'bad.ts', '--port', '0']);
    expect(code).toBe(2);
    expect(stderr).toContain('(at b.ts:4)');
    expect(await readFile(`${own.path}/loaded.txt`, 'utf8')).toBe('x');
  });

  test('with a line for an interpreter', async () => {
    await using own = await cliFolder({ 'a.ts': `#!/usr/bin/env holdpoint\n${IMPORT}${crewOf("'R'")}` });
    expect(await own.run(['gates', 'a.ts', '--json'])).toMatchObject({ code: 0, stderr: '' });
  });
});
