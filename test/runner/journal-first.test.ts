import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew, defineTool } from '../../src/index.ts';
import type { Journal, OwnerAppend } from '../../src/journal/journal.ts';
import { call, memoryJournal } from '../../src/testing.ts';
import { answer, type Desk, openDesk } from '../support/desk.ts';

/** A journal with some of its methods done differently. */
function changed(journal: Journal, methods: Partial<Journal>): Journal {
  return new Proxy(journal, {
    get(target, name) {
      const own: unknown = Reflect.get(methods, name);
      const member: unknown = own ?? Reflect.get(target, name, target);
      return typeof member === 'function' && !own ? member.bind(target) : member;
    },
  });
}

test('the start of an action is durable before the tool is called, and its result before the model is asked again', async () => {
  const order: string[] = [];
  const store = memoryJournal();
  const journal = changed(store, {
    append: async (batch: OwnerAppend) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await store.append(batch);
      order.push(...batch.events.map(({ type }) => type));
    },
  });
  const tool = defineTool({
    name: 'pay',
    description: 'Pay.',
    input: z.strictObject({}),
    tier: 'automatic',
    execute: async () => {
      order.push('the tool is called');
      return 'paid';
    },
  });
  const agents = { a: { role: 'A', goal: 'A', tools: [tool] } };
  const crew = defineCrew({ name: 'first', agents, tasks: { t: { agent: 'a', description: 'T' } } });
  await using desk = await openDesk(crew, [call('pay', {}), answer('done')], { journal });
  const run = await desk.start();
  await desk.engine.outcome(run);
  const steps = order.filter((step) => /tool|action|responded|task.started/.test(step));
  expect(steps).toEqual([
    ...[
      'task.started',
      'model.responded',
      'action.proposed',
      'action.started',
      'the tool is called',
      'action.succeeded',
    ],
    'model.responded',
  ]);
});

test('what is decided while a run comes to rest wakes it', async () => {
  const store = memoryJournal();
  let desk: Desk | null = null;
  let decided = false;
  const journal = changed(store, {
    rest: async (...given: Parameters<Journal['rest']>) => {
      const [hold] = (await store.holds({ runId: given[0], status: 'open' })).items;
      if (hold && desk && !decided) {
        decided = true;
        await desk.approve(hold);
      }
      return store.rest(...given);
    },
  });
  const agents = { a: { role: 'A', goal: 'A' } };
  const tasks = {
    t: { agent: 'a', description: 'T', confirm: 'after' },
    u: { agent: 'a', description: 'U' },
  } as const;
  await using opened = await openDesk(
    defineCrew({ name: 'rests', agents, tasks }),
    { t: [answer('one')], u: [answer('two')] },
    { journal },
  );
  desk = opened;
  const run = await opened.start();
  const late = AbortSignal.timeout(3_000);
  expect((await opened.engine.outcome(run, { signal: late })).status).toBe('completed');
  expect(decided).toBe(true);
});
