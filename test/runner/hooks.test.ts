import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { block, defineCrew, defineTool, hold } from '../../src/index.ts';
import { call } from '../../src/testing.ts';
import { answer, openDesk } from '../support/desk.ts';

const ran: unknown[] = [];
const act = defineTool({
  name: 'act',
  description: 'Act',
  input: z.strictObject({}),
  tier: 'automatic',
  execute: () => {
    ran.push(1);
    return 'acted';
  },
});

type Hooks = NonNullable<Parameters<typeof defineCrew>[0]['hooks']>;
function crewWith(hooks: Hooks) {
  return defineCrew({
    name: 'hooked',
    agents: { a: { role: 'A', goal: 'A', tools: [act] } },
    tasks: { first: { agent: 'a', description: 'Do' }, second: { agent: 'a', description: 'Do' } },
    hooks: hooks as object,
  });
}
const script = () => ({ first: [call('act'), answer('one')], second: [answer('two')] });
const review = { reviewers: ['user:cfo' as const], dueIn: '1h' as const };
const held = () => hold({ reason: 'look', review });
const once = <T>(fn: () => T) => {
  let asked = 0;
  return () => (asked++ === 0 ? fn() : undefined);
};

const KINDS = {
  beforeRun: 'run',
  afterRun: 'run',
  beforeTask: 'before',
  afterTask: 'after',
  beforeModelCall: 'escalation',
  beforeAction: 'action',
} as const;
const HOOKS = Object.keys(KINDS) as (keyof typeof KINDS)[];

describe.each(HOOKS)('%s', (name) => {
  test('hold: stops there with its reason and its reviewers, and goes on when they say so', async () => {
    await using desk = await openDesk(crewWith({ [name]: once(held) }), script(), { unrepeatable: true });
    const run = await desk.startAndSettle();
    const opened = await desk.only(run);
    expect(opened).toMatchObject({
      kind: KINDS[name],
      reasons: [{ code: 'hook', detail: 'look' }],
      policy: { reviewers: [['user:cfo']], dueInMs: 3_600_000 },
    });
    expect(opened.dueAt).not.toBeNull();
    const go = (by: string) =>
      opened.allowed.includes('approve') ? desk.approve(opened, by) : desk.respond(opened, { choice: 'retry' }, by);
    await expect(go('user:ana')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await go('user:cfo');
    expect(await desk.settled(run)).toMatchObject({ status: 'completed', outputs: { first: 'one', second: 'two' } });
  });

  test('a hook that always holds is asked about each thing once; the journal replays against the code', async () => {
    await using desk = await openDesk(crewWith({ [name]: held }), script());
    const run = await desk.start();
    for (let n = 0; n < 20; n++) {
      const { status } = await desk.settled(run);
      if (status !== 'held') break;
      const opened = await desk.only(run);
      await (opened.allowed.includes('approve')
        ? desk.approve(opened, 'user:cfo')
        : desk.respond(opened, { choice: 'retry' }, 'user:cfo'));
    }
    expect((await desk.engine.run(run)).status).toBe('completed');
  });

  test('throw and nonsense: held, fail closed', async () => {
    for (const hook of [
      () => {
        throw new Error('boom');
      },
      () => 'yes',
      () => ({ type: 'hold', reason: 'x', review: { quorum: 'many' } }),
    ]) {
      ran.length = 0;
      await using desk = await openDesk(crewWith({ [name]: hook as never }), script());
      const run = await desk.startAndSettle();
      expect(await desk.only(run)).toMatchObject({ kind: KINDS[name], reasons: [{ code: 'hook' }] });
      if (name === 'beforeAction') expect(ran).toEqual([]);
    }
  });

  test('block: it does not happen', async () => {
    ran.length = 0;
    await using desk = await openDesk(crewWith({ [name]: () => block('forbidden') }), script());
    const run = await desk.start();
    const end = await desk.settled(run);
    if (name === 'beforeAction') {
      expect(end).toMatchObject({ status: 'completed' });
      expect(ran).toEqual([]);
      expect(JSON.stringify(desk.model.requests[1]?.messages)).toContain('forbidden');
    } else if (name === 'afterTask' || name === 'beforeModelCall') {
      expect(await desk.only(run)).toMatchObject({
        kind: 'escalation',
        proposal: { error: { code: 'HOOK_BLOCKED', message: 'forbidden' } },
      });
    } else expect(end).toMatchObject({ status: 'failed', error: { code: 'HOOK_BLOCKED', message: 'forbidden' } });
  });
});

test('a run hold refused by a person fails the run; left alone past its time, it says so', async () => {
  await using desk = await openDesk(crewWith({ beforeRun: held }), script());
  const run = await desk.startAndSettle();
  await desk.respond(await desk.only(run), { choice: 'fail' }, 'user:cfo', 'not today');
  expect(await desk.settled(run)).toMatchObject({
    status: 'failed',
    error: { code: 'TASK_FAILED_BY_PERSON', message: expect.stringContaining('user:cfo') },
  });
});

test('beforeModelCall is asked once for each call, however much else goes on', async () => {
  const asked: string[] = [];
  const free = { agent: 'a' as const, description: 'Do', context: [] };
  const crew = defineCrew({
    name: 'wide',
    agents: { a: { role: 'A', goal: 'A' } },
    tasks: { x: free, y: free, z: free },
    hooks: { beforeModelCall: ({ task, step }) => void asked.push(`${task} ${step}`) },
  });
  await using desk = await openDesk(
    crew,
    { x: [answer('x')], y: [answer('y')], z: [answer('z')] },
    { unrepeatable: true },
  );
  const run = await desk.start();
  await desk.settled(run);
  expect(asked.sort()).toEqual(['x 1', 'y 1', 'z 1']);
});
