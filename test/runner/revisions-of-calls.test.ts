import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew, defineTool, openHoldpoint } from '../../src/index.ts';
import { call, memoryJournal, scriptedModel } from '../../src/testing.ts';

const send = defineTool({
  name: 'send',
  description: 'Send',
  input: z.strictObject({ n: z.number() }),
  tier: 'approval',
  execute: ({ n }) => `sent ${n}`,
});
const crew = defineCrew({
  name: 'post',
  agents: { a: { role: 'A', goal: 'B', tools: [send] } },
  tasks: { t: { agent: 'a', description: 'Send' } },
});

test('after an approved call the next one of the tool is a matter of its own', async () => {
  const model = scriptedModel([
    call('send', { n: 1 }),
    call('send', { n: 2 }),
    call('send', { n: 3 }),
    { output: 'ok', reasoning: 'r', confidence: 1 },
  ]);
  await using holdpoint = await openHoldpoint({ crews: [crew], database: memoryJournal(), model });
  const run = await holdpoint.start('post', {});
  const seen: unknown[] = [];
  for (const verdict of ['reject', 'approve', 'approve'] as const) {
    await run.settled();
    const [hold] = (await holdpoint.holds.list({ status: 'open' })).holds;
    seen.push({ revision: hold?.revision, previous: hold?.previous?.proposal ?? null, history: hold?.history.length });
    await holdpoint.decide({ holdId: hold!.id, digest: hold!.digest, verdict, reason: 'no', by: 'user:ana' });
  }
  expect((await run.outcome()).status).toBe('completed');
  expect(seen).toEqual([
    { revision: 1, previous: null, history: 0 },
    { revision: 2, previous: { tool: 'send', input: { n: 1 } }, history: 1 },
    { revision: 1, previous: null, history: 0 },
  ]);
});
