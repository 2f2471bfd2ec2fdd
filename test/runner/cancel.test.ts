import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew, defineTool } from '../../src/index.ts';
import { call, calls } from '../../src/testing.ts';
import { answer, deferred, openDesk } from '../support/desk.ts';

const ana = { actor: { user: 'user:ana', roles: [], groups: [] } };
const agents = { a: { role: 'A', goal: 'A' } };

function withTool(execute: (signal: AbortSignal) => unknown, budget?: { tokens: number }) {
  const make = (name: string, tier: 'automatic' | 'approval') =>
    defineTool({
      name,
      description: name,
      input: z.strictObject({}),
      tier,
      execute: (_input, { signal }) => execute(signal) as string,
    });
  return defineCrew({
    name: 'tooled',
    agents: { a: { role: 'A', goal: 'A', tools: [make('auto', 'automatic'), make('pay', 'approval')] } },
    tasks: { t: { agent: 'a', description: 'T', context: [] }, other: { agent: 'a', description: 'O', context: [] } },
    ...(budget ? { budget } : {}),
  });
}

describe('cancelling', () => {
  test('a held run ends at once; its holds are cancelled', async () => {
    const crew = defineCrew({ name: 'held', agents, tasks: { t: { agent: 'a', description: 'T', confirm: 'after' } } });
    await using desk = await openDesk(crew, [answer('one')]);
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    await desk.engine.cancel(run, 'changed my mind', ana);
    expect(await desk.settled(run)).toMatchObject({ status: 'cancelled', openHolds: [], tasks: { t: 'skipped' } });
    await expect(desk.approve(hold)).rejects.toMatchObject({
      code: 'HOLD_ALREADY_DECIDED',
      details: { status: 'cancelled' },
    });
    await expect(desk.engine.cancel(run, 'again', ana)).rejects.toMatchObject({ code: 'RUN_ENDED' });
  });

  test('while a model thinks: its call is aborted', async () => {
    const crew = defineCrew({ name: 'thinks', agents, tasks: { t: { agent: 'a', description: 'T' } } });
    let aborted = false;
    const model = {
      type: 'model' as const,
      name: 'slow',
      respond: (_request: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise<never>((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason as Error);
          });
        }),
    };
    await using desk = await openDesk(crew, [], { model });
    const run = await desk.start();
    await desk.engine.cancel(run, 'enough', ana);
    expect((await desk.settled(run)).status).toBe('cancelled');
    expect(aborted).toBe(true);
    expect(await desk.types(run)).toEqual(['run.started', 'task.started', 'run.cancel-requested', 'run.cancelled']);
  });

  test('while a tool runs: its signal is aborted, and its result is recorded before the end', async () => {
    const { promise, resolve } = deferred<string>();
    let signal: AbortSignal | null = null;
    const crew = withTool((given) => {
      signal = given;
      return promise;
    });
    await using desk = await openDesk(crew, { t: [call('auto')], other: [answer('o')] });
    const run = await desk.start();
    await expect.poll(() => signal !== null).toBe(true);
    await Promise.all([
      desk.engine.cancel(run, 'one', ana),
      desk.engine.cancel(run, 'two', { actor: { ...ana.actor, user: 'user:ben' } }),
    ]);
    await expect.poll(() => signal?.aborted).toBe(true);
    expect((await desk.engine.run(run)).status).toBe('running');
    resolve('done');
    expect((await desk.settled(run)).status).toBe('cancelled');
    const types = await desk.types(run);
    expect(types.indexOf('action.succeeded')).toBeGreaterThan(0);
    expect(types.at(-1)).toBe('run.cancelled');
  });

  test('a hold decided while the cancelled run waits for a tool is recorded, and starts nothing', async () => {
    const { promise, resolve } = deferred<string>();
    let runs = 0;
    const crew = withTool(() => {
      runs++;
      return promise;
    });
    await using desk = await openDesk(crew, {
      t: [
        calls([
          ['auto', {}],
          ['pay', {}],
        ]),
      ],
      other: [answer('o')],
    });
    const run = await desk.start();
    await expect.poll(() => runs).toBe(1);
    const hold = await desk.only(run);
    await desk.engine.cancel(run, 'enough', ana);
    await desk.approve(hold);
    resolve('done');
    expect((await desk.settled(run)).status).toBe('cancelled');
    expect(runs).toBe(1);
  });

  test('a hold of the run decided while it is cancelled, or fails, does not stop the end', async () => {
    for (const how of ['cancel', 'fail'] as const) {
      const { promise, resolve } = deferred<string>();
      let runs = 0;
      const model = {
        type: 'model' as const,
        name: 'dear',
        respond: async (request: { messages: readonly { role: string; text: string }[] }) => ({
          model: 'dear',
          text: '',
          toolCalls: [{ id: `c${request.messages.length}`, name: 'auto', arguments: '{}' }],
          usage: { inputTokens: 10, outputTokens: 0 },
        }),
      };
      const crew = withTool(() => (++runs === 1 ? 'quick' : promise), { tokens: 15 });
      await using desk = await openDesk(crew, [], { model });
      const run = await desk.start();
      await expect.poll(async () => (await desk.open(run)).length).toBe(1);
      const hold = await desk.only(run);
      expect(hold.kind).toBe('run');
      if (how === 'cancel') {
        await desk.engine.cancel(run, 'enough', ana);
        await desk.respond(hold, { choice: 'retry' });
      } else await desk.respond(hold, { choice: 'fail' });
      resolve('done');
      await expect
        .poll(async () => (await desk.engine.run(run)).status)
        .toBe(how === 'cancel' ? 'cancelled' : 'failed');
    }
  });
});

describe('limits', () => {
  test('an agent that never answers is stopped at maxSteps', async () => {
    const noop = defineTool({
      name: 'noop',
      description: 'N',
      input: z.strictObject({}),
      tier: 'automatic',
      execute: () => 'ok',
    });
    const crew = defineCrew({
      name: 'loops',
      agents: { a: { role: 'A', goal: 'A', tools: [noop], maxSteps: 3 } },
      tasks: { t: { agent: 'a', description: 'T' } },
    });
    await using desk = await openDesk(crew, [call('noop'), call('noop'), call('noop'), answer('late')]);
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    expect(hold).toMatchObject({ kind: 'escalation', proposal: { error: { code: 'STEP_LIMIT' } } });
    await desk.respond(hold, { choice: 'retry' });
    expect((await desk.settled(run)).status).toBe('completed');
  });

  test('past its token budget the run holds; each yes gives the same amount again', async () => {
    const crew = defineCrew({
      name: 'spends',
      agents,
      budget: { tokens: 10 },
      tasks: {
        x: { agent: 'a', description: 'X' },
        y: { agent: 'a', description: 'Y' },
        z: { agent: 'a', description: 'Z' },
      },
    });
    const model = {
      type: 'model' as const,
      name: 'dear',
      respond: async () => ({
        model: 'dear',
        text: JSON.stringify(answer('ok')),
        toolCalls: [],
        usage: { inputTokens: 9, outputTokens: 1 },
      }),
    };
    await using desk = await openDesk(crew, [], { model });
    const run = await desk.startAndSettle();
    const first = await desk.only(run);
    expect(first).toMatchObject({ kind: 'run', task: null, reasons: [{ code: 'budget' }], allowed: ['respond'] });
    expect((await desk.engine.run(run)).usage).toEqual({ inputTokens: 9, outputTokens: 1, calls: 1 });
    await desk.respond(first, { choice: 'retry' });
    await desk.settled(run);
    const second = await desk.only(run);
    expect(second.id).not.toBe(first.id);
    await desk.respond(second, { choice: 'fail' }, 'user:ana', 'too dear');
    expect(await desk.settled(run)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('too dear') },
    });
  });

  test.each([
    ['ten times the budget', { tokens: 1 }, {}],
    ['a price that nobody knows', { usd: 5 }, {}],
    ['money', { usd: 0.5 }, { usd: 3 }],
  ])('a yes to %s lets it go on for one more call at least', async (_what, budget, price) => {
    const crew = defineCrew({
      name: 'spends',
      agents,
      budget,
      tasks: {
        x: { agent: 'a', description: 'X' },
        y: { agent: 'a', description: 'Y' },
        z: { agent: 'a', description: 'Z' },
      },
    });
    const model = {
      type: 'model' as const,
      name: 'dear',
      respond: async () => ({
        model: 'dear',
        text: JSON.stringify(answer('ok')),
        toolCalls: [],
        usage: { inputTokens: 9, outputTokens: 1, ...price },
      }),
    };
    await using desk = await openDesk(crew, [], { model });
    const run = await desk.startAndSettle();
    for (const done of ['x', 'y']) {
      expect((await desk.engine.run(run)).outputs).toHaveProperty(done);
      await desk.respond(await desk.only(run), { choice: 'retry' });
      await desk.settled(run);
    }
    expect((await desk.engine.run(run)).status).toBe('completed');
  });
});
