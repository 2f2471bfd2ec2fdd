import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program/program.ts';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { type CliFolder, cliFolder } from '../support/cli.ts';
import { FAILING, NEWSROOM, PLAIN } from '../support/cli-crews.ts';

let folder: CliFolder;
beforeAll(async () => {
  folder = await cliFolder({
    'newsroom.ts': NEWSROOM,
    'plain.ts': PLAIN,
    'failing.ts': FAILING,
    'two.ts':
      "import plain from './plain.ts';\nimport failing from './failing.ts';\nexport default [plain, failing];\n",
    'invalid.ts':
      "import { defineCrew } from 'holdpoint';\nexport default defineCrew({ name: 'x', agents: {}, tasks: { t: { agent: 'nobody', description: 'x' } } } as never);\n",
    'throws.ts': "throw new Error('boom');\n",
    'lib.ts': "export function words(): string {\n  throw new Error('no words');\n}\n",
    'in-lib.ts': "import { words } from './lib.ts';\nexport default words();\n",
    'no-lib.ts': "import { words } from './nowhere.ts';\nexport default words();\n",
    'no-crew.ts': 'export default { name: "plain" };\n',
    'no-default.ts': 'export const crew = 1;\n',
    'no-syntax.ts': 'export default {{\n',
    'inputs.json': '{"topic":"from the file","words":7}',
  });
});
afterAll(() => folder[Symbol.asyncDispose]());

const rehearse = ['--model', 'rehearsal'];

describe('holdpoint run', () => {
  test('a run without holds ends with 0, and prints one JSON line: its summary', async () => {
    const { code, lines, stderr } = await folder.json(['run', 'plain.ts', ...rehearse]);
    expect({ code, lines: lines.length }).toEqual({ code: 0, lines: 1 });
    const [run] = lines as [RunSummary];
    expect(run).toMatchObject({
      status: 'completed',
      tasks: { first: 'completed', second: 'completed' },
      crew: 'plain',
    });
    expect(run.requestedBy).toMatch(/^local:/);
    expect(run.outputs?.second).toContain('Say another');
    expect(stderr).toContain('✓ second');
  });

  test('a run that holds where nobody answers is left open: 3, and what to do next, as commands that do it', async () => {
    const { code, stdout, stderr } = await folder.run(['run', 'newsroom.ts', '--input', 'topic=bees', ...rehearse]);
    expect(code).toBe(3);
    expect(stdout).toContain('held');
    expect(stderr).toMatch(/holdpoint holds approve hold_\w+ --digest [0-9a-f]{12}\n/);
    const [, resume = ''] = /go on with: holdpoint (.*)\n/.exec(stderr) ?? [];
    expect(resume).toMatch(/^runs resume run_\w+ newsroom\.ts/);
    const [, approve = ''] = /holdpoint (holds approve .*)\n/.exec(stderr) ?? [];
    expect(await folder.run(approve.split(' '))).toMatchObject({ code: 0 });
    expect(await folder.run(resume.split(' '))).toMatchObject({ code: 0 });
  });

  test('commands to copy are called as npm finds them, where npm started this one', async () => {
    const args = ['run', 'newsroom.ts', '--input', 'topic=bees', ...rehearse];
    const { stderr } = await folder.run(args, { npm_command: 'exec' });
    const commands = stderr.split('\n').filter((line) => /holdpoint (runs|holds) /.test(line));
    expect(commands.length).toBe(3);
    for (const command of commands) expect(command).toContain('npx holdpoint ');
  });

  test('a run that fails ends with 1', async () => {
    const { code, lines } = await folder.json(['run', 'failing.ts', ...rehearse]);
    expect(code).toBe(1);
    expect(lines).toMatchObject([
      { status: 'failed', error: { message: expect.stringContaining('never good enough') } },
    ]);
  });

  test('of several crews one is named', async () => {
    expect(await folder.run(['run', 'two.ts', ...rehearse])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('plain, failing'),
    });
    expect((await folder.json(['run', 'two.ts', '--crew', 'plain', ...rehearse])).lines).toMatchObject([
      { crew: 'plain' },
    ]);
    expect((await folder.run(['run', 'two.ts', '--crew', 'nope', ...rehearse])).stderr).toContain('CREW_NOT_FOUND');
  });

  test('inputs are typed by the crew, and --input goes before the file', async () => {
    const args = [
      '--inputs',
      'inputs.json',
      '--input',
      'words=12',
      '--input',
      'urgent=true',
      '--input',
      'tags=["a","b"]',
    ];
    const { lines } = await folder.json(['run', 'newsroom.ts', ...args, ...rehearse]);
    const [run] = lines as [RunSummary];
    const { lines: replayed } = await folder.json(['replay', run.id]);
    expect(replayed).toMatchObject([
      { state: { inputs: { topic: 'from the file', words: 12, urgent: true, tags: ['a', 'b'] } } },
    ]);
  });
});

describe('what cannot be run', () => {
  test.for([
    ['an unknown option', ['run', 'plain.ts', '--frobnicate'], 'unknown option'],
    ['an unknown command', ['rum', 'plain.ts'], 'Did you mean run?'],
    ['a missing argument', ['run'], 'missing required argument'],
    ['an unknown command of a group', ['runs', 'foo'], "unknown command 'foo'"],
    ['the same with an option', ['holds', 'foo', '--json'], "unknown command 'foo'"],
    ['more arguments than there are', ['runs', 'list', 'foo'], "too many arguments for 'list': foo"],
    [
      'a bad value of an option',
      ['serve', 'plain.ts', '--port', 'x'],
      "option '--port <port>' argument 'x' is invalid",
    ],
    ['a missing option', ['token', 'create', '--user', 'ana'], "required option '--role <role>' not specified"],
    ['a missing file', ['run', 'nowhere.ts'], 'FILE_INVALID'],
    ['a file that throws', ['run', 'throws.ts'], 'throws.ts: it cannot be loaded. boom (at throws.ts:1). ('],
    ['a file that imports one that throws', ['run', 'in-lib.ts'], 'no words (at lib.ts:2). ('],
    ['a file that imports one that is not there', ['run', 'no-lib.ts'], "'./nowhere.ts' (at no-lib.ts:1)"],
    ['a folder', ['run', '.'], 'it is a folder'],
    ['a file with a syntax error', ['run', 'no-syntax.ts'], 'FILE_INVALID'],
    ['a file without a default export', ['run', 'no-default.ts'], 'no default export'],
    ['a file whose default export is no crew', ['run', 'no-crew.ts'], 'is not a crew'],
    ['a crew with a mistake', ['run', 'invalid.ts'], 'CREW_INVALID'],
    ['an input of the wrong type', ['run', 'newsroom.ts', '--input', 'words=many'], 'number'],
    ['an input without a value', ['run', 'newsroom.ts', '--input', 'words'], 'key=value'],
    ['an input that is missing', ['run', 'newsroom.ts', '--model', 'rehearsal'], 'INPUT_INVALID'],
    ['a review place that there is none of', ['run', 'plain.ts', '--review', 'later'], 'terminal or none'],
    [
      'a terminal review without a terminal',
      ['run', 'plain.ts', '--review', 'terminal', '--model', 'rehearsal'],
      'terminal',
    ],
    ['a run without a model', ['run', 'plain.ts'], 'OPENAI_API_KEY'],
    ['a crew with two mistakes', ['run', 'invalid.ts'], '(2) tasks.t.agent: There is no agent "nobody".'],
    [
      'two wrong inputs',
      ['run', 'newsroom.ts', '--model', 'rehearsal', '--input', 'tpic=x'],
      'topic: Invalid input: expected string, received undefined',
    ],
    ['a misspelt option', ['run', 'plain.ts', '--inptu', 'x=1'], 'Did you mean --input?'],
    ['a misspelt command', ['hodls'], 'Did you mean holds?'],
    [
      'a database that is none',
      ['run', 'plain.ts', '--model', 'rehearsal', '--database', 'file:plain.ts'],
      'DATABASE_INVALID',
    ],
  ] as const)('%s: exit 2, said in a line or two on stderr', async ([, args, told]) => {
    const { code, stdout, stderr } = await folder.run([...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr, 'with its code').toMatch(/ \([A-Z_]+\)\n$/);
    expect(stderr).toContain(told);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });

  test('--debug adds the stack', async () => {
    expect((await folder.run(['run', 'throws.ts', '--debug'])).stderr).toMatch(/\n\s+at /);
  });

  test('a config mistake is told with its file and path', async () => {
    expect((await folder.run(['run', 'invalid.ts'])).stderr).toMatch(/invalid\.ts: .*tasks\.t\.agent/s);
  });
});

describe('help', () => {
  test.for([
    [['--help'], 'Commands:'],
    [['run', '--help'], 'Examples:'],
    [['holds', '--help'], 'approve'],
    [['holds', 'approve', '--help'], '--digest'],
    [['runs', 'resume', '--help'], '--accept-change'],
    [['gates', '--help'], '--require'],
    [['token', 'create', '--help'], '--role'],
  ] as const)('%j', async ([args, told]) => {
    const { code, stdout } = await folder.run([...args]);
    expect(code).toBe(0);
    expect(stdout).toContain(told);
  });

  test('every command takes --database, and those that print data --json', () => {
    const leaves = commandsOf(buildProgram(() => undefined));
    expect(leaves.length).toBeGreaterThan(30);
    const without = (flag: string) =>
      leaves.filter(({ options }) => !options.some(({ long }) => long === flag)).map((command) => command.name());
    // `move` names two databases as its arguments; the terminal reviewer is a conversation.
    expect(without('--database')).toEqual(['move']);
    expect(without('--json')).toEqual(['review']);
  });

  test('--version is that of the package', async () => {
    expect((await folder.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

test('.env of the folder is read, and overrides nothing', async () => {
  await using other = await cliFolder({
    'plain.ts': PLAIN,
    '.env': 'HOLDPOINT_MODEL=rehearsal\nHOLDPOINT_DATABASE=file:a.db\n',
  });
  expect(await other.run(['run', 'plain.ts'], { HOLDPOINT_DATABASE: 'file:b.db' })).toMatchObject({ code: 0 });
  expect((await other.run(['runs', '--database', 'file:b.db'])).stdout).toContain('completed');
  expect((await other.run(['runs'])).stderr).toContain('no database at a.db');
});

test('tools see none of the settings of the reviewer, nor do the programs they start', async () => {
  await using other = await cliFolder({
    'spy.ts': PLAIN.replace("import { defineCrew } from 'holdpoint';", SPY).replace(
      'writer: {',
      'writer: { tools: [spy],',
    ),
  });
  const secrets = {
    HOLDPOINT_TOKEN: 'hp_secret',
    HOLDPOINT_URL: 'http://127.0.0.1:1',
    HOLDPOINT_DATABASE: 'file:spied.db',
  };
  expect(await other.run(['run', 'spy.ts'], { ...secrets, HOLDPOINT_MODEL: 'rehearsal', OTHER: 'kept' })).toMatchObject(
    {
      code: 0,
      stderr: expect.stringMatching(/spied: \[OTHER=kept\]/),
    },
  );
});

const SPY = `
import { execSync } from 'node:child_process';
import { defineCrew, defineTool } from 'holdpoint';
import { z } from 'zod';
const spy = defineTool({
  name: 'spy', description: 'Spy', input: z.strictObject({}), tier: 'automatic',
  execute: async () => 'spied: [' + execSync('env').toString().split('\\n').filter((line) => /^(HOLDPOINT_|OTHER)/.test(line)).join() + ']',
});
`;

function commandsOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(commandsOf);
}
