import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew, defineTool } from '../../src/index.ts';
import { call } from '../../src/testing.ts';
import { answer, deferred, openDesk } from '../support/desk.ts';
import { manualClock } from '../support/manual-clock.ts';

const ana = { actor: { user: 'user:ana', roles: [], groups: [] } };

function office(
  execute: (signal: AbortSignal, key: string) => unknown,
  more: { undo?: () => void; onFailure?: 'fail' | 'skip' } = {},
) {
  const { undo, onFailure } = more;
  const send = defineTool({
    name: 'send',
    description: 'Send',
    input: z.strictObject({}),
    output: z.strictObject({ id: z.string() }),
    tier: 'approval',
    timeout: '30s',
    undoWindow: '10m',
    execute: (_input, { signal, idempotencyKey }) => execute(signal, idempotencyKey) as { id: string },
    ...(undo ? { undo } : {}),
  });
  return defineCrew({
    name: 'office',
    agents: { clerk: { role: 'Clerk', goal: 'Send', tools: [send] } },
    tasks: { post: { agent: 'clerk', description: 'Send', ...(onFailure ? { onFailure } : {}) } },
  });
}

const script = () => [call('send'), answer('done')];

describe('a tool', () => {
  test('that throws escalates; retry repeats the approved action without a second approval, under the same key', async () => {
    const keys: string[] = [];
    const crew = office((_signal, key) => {
      keys.push(key);
      if (keys.length === 1) throw new Error('no paper');
      return { id: 's1' };
    });
    await using desk = await openDesk(crew, script());
    const run = await desk.startAndSettle();
    await desk.approve(await desk.only(run));
    await desk.settled(run);
    const hold = await desk.only(run);
    expect(hold).toMatchObject({
      kind: 'escalation',
      reasons: [{ code: 'escalation', detail: expect.stringContaining('no paper') }],
    });
    await desk.respond(hold, { choice: 'retry' });
    expect(await desk.settled(run)).toMatchObject({ status: 'completed' });
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect((await desk.eventsOfType(run, 'action.started')).map(({ data }) => data.try)).toEqual([1, 2]);
  });

  test.each([
    ['use', { choice: 'use', value: { id: 'by-hand' } }, { status: 'completed' }, 'by-hand'],
    ['skip', { choice: 'skip' }, { status: 'completed' }, 'Not done'],
    ['fail', { choice: 'fail' }, { status: 'failed', error: { code: 'TASK_FAILED_BY_PERSON' } }, null],
  ])('that throws: %s', async (_choice, value, ending, seen) => {
    await using desk = await openDesk(
      office(() => {
        throw new Error('no paper');
      }),
      script(),
    );
    const run = await desk.startAndSettle();
    await desk.approve(await desk.only(run));
    await desk.settled(run);
    await desk.respond(await desk.only(run), value);
    expect(await desk.settled(run)).toMatchObject(ending);
    if (seen) expect(JSON.stringify(desk.model.requests.at(-1)?.messages)).toContain(seen);
  });

  test.each([
    ['fail', 'failed'],
    ['skip', 'completed'],
  ] as const)('that throws, with onFailure %s: nobody is asked', async (onFailure, status) => {
    await using desk = await openDesk(
      office(
        () => {
          throw new Error('no paper');
        },
        { onFailure },
      ),
      script(),
    );
    const run = await desk.startAndSettle();
    await desk.approve(await desk.only(run));
    expect(await desk.settled(run)).toMatchObject({ status });
  });

  test('whose result does not fit is recorded raw, never repeated, and a person is asked', async () => {
    let runs = 0;
    await using desk = await openDesk(
      office(() => ({ wrong: ++runs }), { onFailure: 'fail' }),
      script(),
    );
    const run = await desk.startAndSettle();
    await desk.approve(await desk.only(run));
    await desk.settled(run);
    const hold = await desk.only(run);
    expect(hold).toMatchObject({
      kind: 'escalation',
      reasons: [{ code: 'outcome-unknown' }],
      proposal: { output: { wrong: 1 } },
    });
    expect((await desk.eventsOfType(run, 'action.failed'))[0]?.data).toMatchObject({
      effect: 'happened',
      raw: { wrong: 1 },
      error: { code: 'TOOL_OUTPUT_INVALID' },
    });
    await expect(desk.respond(hold, { choice: 'use' })).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    await desk.respond(hold, { choice: 'use', value: { id: 'x' } });
    expect(await desk.settled(run)).toMatchObject({ status: 'completed' });
    expect(runs).toBe(1);
  });

  test('that returns nothing, a function or a cycle is no crash', async () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    for (const value of [undefined, () => 1, cycle, 10n, Number.NaN]) {
      await using desk = await openDesk(
        office(() => value),
        script(),
      );
      const run = await desk.startAndSettle();
      await desk.approve(await desk.only(run));
      await desk.settled(run);
      expect(await desk.only(run)).toMatchObject({ kind: 'escalation', reasons: [{ code: 'outcome-unknown' }] });
    }
  });

  test('that outlasts its timeout and the grace after it: its outcome is unknown', async () => {
    const clock = manualClock();
    const { promise, resolve } = deferred<{ id: string }>();
    let told: AbortSignal | null = null;
    const crew = office((signal) => {
      told = signal;
      return promise;
    });
    await using desk = await openDesk(crew, script(), { clock });
    const run = await desk.startAndSettle();
    await desk.approve(await desk.only(run));
    await expect.poll(() => told).not.toBeNull();
    clock.advance(29_999);
    expect(told!.aborted).toBe(false);
    clock.advance(1);
    expect(told!.aborted).toBe(true);
    clock.advance(5_000);
    await desk.settled(run);
    expect(await desk.only(run)).toMatchObject({
      reasons: [{ code: 'outcome-unknown' }],
      proposal: { error: { code: 'TOOL_TIMEOUT' } },
    });
    resolve({ id: 'late' });
    await desk.respond(await desk.only(run), { choice: 'skip' });
    expect(await desk.settled(run)).toMatchObject({ status: 'completed' });
  });
});

describe('undo', () => {
  async function sent(undo: () => void, clock = manualClock()) {
    const desk = await openDesk(
      office(() => ({ id: 's1' }), { undo }),
      script(),
      { clock },
    );
    const run = await desk.startAndSettle();
    await desk.approve(await desk.only(run));
    await desk.settled(run);
    const [succeeded] = await desk.eventsOfType(run, 'action.succeeded');
    return { desk, run, clock, actionId: succeeded!.data.actionId };
  }

  test('within the window, after the run has ended; not twice', async () => {
    let undone = 0;
    const { desk, run, actionId } = await sent(() => void undone++);
    await using _ = desk;
    await desk.engine.undo(run, actionId, 'wrong letter', ana);
    await expect.poll(() => desk.types(run)).toContain('action.undone');
    expect(undone).toBe(1);
    await expect(desk.engine.undo(run, actionId, 'again', ana)).rejects.toMatchObject({ code: 'UNDO_NOT_POSSIBLE' });
    expect((await desk.engine.run(run)).status).toBe('completed');
  });

  test('not after the window', async () => {
    const { desk, run, actionId, clock } = await sent(() => undefined);
    await using _ = desk;
    clock.advance(600_000);
    await expect(desk.engine.undo(run, actionId, 'late', ana)).rejects.toMatchObject({ code: 'UNDO_NOT_POSSIBLE' });
  });

  test('that fails is recorded, and may be tried again', async () => {
    let tries = 0;
    const { desk, run, actionId } = await sent(() => {
      if (++tries === 1) throw new Error('stuck');
    });
    await using _ = desk;
    await desk.engine.undo(run, actionId, 'wrong', ana);
    await expect.poll(() => desk.types(run)).toContain('action.undo-failed');
    await desk.engine.undo(run, actionId, 'wrong', ana);
    await expect.poll(() => desk.types(run)).toContain('action.undone');
  });

  test('of an unknown action, or one without undo', async () => {
    await using desk = await openDesk(
      office(() => ({ id: 's' })),
      script(),
    );
    const run = await desk.startAndSettle();
    await desk.approve(await desk.only(run));
    await desk.settled(run);
    const [succeeded] = await desk.eventsOfType(run, 'action.succeeded');
    await expect(desk.engine.undo(run, succeeded!.data.actionId, 'x', ana)).rejects.toMatchObject({
      code: 'UNDO_NOT_POSSIBLE',
    });
    await expect(desk.engine.undo(run, 'toString' as never, 'x', ana)).rejects.toMatchObject({
      code: 'ACTION_NOT_FOUND',
    });
  });
});

test('a task whose tool overran its `timeout` asks no model any more; a person is asked', async () => {
  const clock = manualClock();
  const wait = defineTool({
    name: 'wait',
    description: 'Wait',
    input: z.strictObject({}),
    tier: 'automatic',
    execute: () => {
      clock.advance(11_000);
      return 'waited';
    },
  });
  const crew = defineCrew({
    name: 'slow',
    agents: { clerk: { role: 'Clerk', goal: 'Wait', tools: [wait] } },
    tasks: { post: { agent: 'clerk', description: 'Wait', timeout: '10s' } },
  });
  await using desk = await openDesk(crew, [call('wait'), answer('done')], { clock });
  const run = await desk.startAndSettle();
  expect(await desk.only(run)).toMatchObject({
    kind: 'escalation',
    proposal: { error: { code: 'TASK_TIMEOUT', message: expect.stringContaining('10000 ms') } },
  });
  expect((await desk.eventsOfType(run, 'action.succeeded')).length).toBe(1);
});
