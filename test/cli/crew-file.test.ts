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
