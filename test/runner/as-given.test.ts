import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew, defineTool } from '../../src/index.ts';
import type { Json } from '../../src/json/json.ts';
import { changesOf } from '../../src/runner/as-given.ts';
import { call } from '../../src/testing.ts';
import { answer, openDesk } from '../support/desk.ts';

test.each<[string, Json, Json, string[]]>([
  ['the same', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
  ['a default', { a: 1 }, { a: 1, currency: 'USD' }, []],
  ['a default inside a list', [{ a: 1 }], [{ a: 1, b: 2 }], []],
  ['blanks around a text', { a: ' yes\n' }, { a: 'yes' }, []],
  ['a member that is dropped', { amountUSD: 20 }, { amountUsd: 100 }, ['amountUSD']],
  ['another value', { list: [{ n: 'x' }] }, { list: [{ n: 1 }] }, ['list[0].n']],
  ['a whole value', 100, 101, ['']],
  ['a shorter list', [1, 2], [1], ['[1]']],
])('%s', (_name, given, used, paths) => {
  expect(changesOf(given, used).map(({ path }) => path)).toEqual(paths);
});

const paid: unknown[] = [];
const pay = defineTool({
  name: 'pay',
  description: 'Pay',
  input: z.object({
    orderId: z.string(),
    amountUsd: z.number().default(100),
    note: z.string().catch('none').optional(),
  }),
  output: z.object({ receipt: z.string(), copies: z.number().default(1) }),
  tier: 'approval',
  idempotent: true,
  execute: (input) => {
    paid.push(input);
    return { receipt: 'r-1', copies: 1 };
  },
});
const crew = defineCrew({
  name: 'desk',
  agents: { clerk: { role: 'Clerk', goal: 'Pay', tools: [pay] } },
  tasks: { pay: { agent: 'clerk', description: 'Pay', output: z.object({ done: z.boolean() }), confirm: 'after' } },
});

test('what a reviewer wrote is what runs, or it is refused with what would run instead', async () => {
  const script = [call('pay', { orderId: 'A-1', amountUsd: 500 }), answer({ done: true })];
  await using desk = await openDesk(crew, script);
  const run = await desk.startAndSettle();
  const held = await desk.only(run);
  await expect(desk.modify(held, { orderId: 'A-1', amountUSD: 20 })).rejects.toMatchObject({
    code: 'VALUE_INVALID',
    message: expect.stringContaining('amountUSD: Its schema does not know this member'),
    details: { issues: [{ path: 'amountUSD' }] },
  });
  await expect(desk.modify(held, { orderId: 'A-1', note: 7 })).rejects.toMatchObject({
    message: expect.stringContaining('note: Its schema would use "none" for 7'),
  });
  await desk.modify(held, { orderId: 'A-1' });
  await desk.settled(run);
  expect(paid).toEqual([{ orderId: 'A-1', amountUsd: 100 }]);
  const after = await desk.only(run);
  await expect(desk.modify(after, { done: true, odd: 1 })).rejects.toMatchObject({
    details: { issues: [{ path: 'odd' }] },
  });
  await desk.modify(after, { done: false });
  expect((await desk.settled(run)).outputs).toEqual({ pay: { done: false } });
});
