import { askHuman, block, defineCrew, defineTool, hold, openaiModel, openHoldpoint, rehearsalModel } from 'holdpoint';
import { connectReview } from 'holdpoint/client';
import { approveAll, call, memoryJournal, scriptedModel, text } from 'holdpoint/testing';
import { z } from 'zod';

/**
 * What a library may export as the package made it: its own declarations can say the types. Compiled to declarations as a user's
 * compiler does it, and never run: see typescript-versions.test.ts.
 */
export const refund = defineTool({
  name: 'refund',
  description: 'x',
  input: z.strictObject({ amountUsd: z.number() }),
  output: z.object({ state: z.enum(['paid', 'open']) }),
  tier: ({ amountUsd }) => (amountUsd > 20 ? 'approval' : 'supervised'),
  execute: async () => ({ state: 'paid' }),
  undo: () => {},
});
export const lookUp = defineTool({
  name: 'look_up',
  description: 'x',
  input: z.strictObject({ id: z.string() }),
  tier: 'automatic',
  execute: ({ id }) => id,
});
export const tools = { refund, ask: askHuman, strict: [{ tool: lookUp, tier: 'approval' }] } as const;
export const crew = defineCrew({
  name: 'desk',
  inputs: z.strictObject({ ticket: z.string() }),
  agents: { clerk: { role: 'Clerk', goal: 'Pay', tools: [refund] } },
  tasks: {
    assess: { agent: 'clerk', description: '{ticket}', output: z.object({ refund: z.boolean() }) },
    letter: { agent: 'clerk', description: 'Write' },
  },
});
export default [crew];

export const verdicts = [hold({ reason: 'x' }), block('x')];
export const models = { openaiModel, rehearsalModel, scripted: scriptedModel([text('x'), call('refund', {})]) };

export const open = () => openHoldpoint({ crews: [crew], database: memoryJournal() });
export const started = async () => {
  const holdpoint = await open();
  const { approved } = approveAll(holdpoint);
  const run = await holdpoint.start('desk', { ticket: 'x' });
  const { holds } = await holdpoint.holds.list();
  return { holdpoint, approved, run, holds, settled: await run.settled(), outcome: await run.outcome() };
};
export const connected = async () => {
  const review = await connectReview('http://127.0.0.1:4600', { token: 'x' });
  return { review, one: await review.holds.get('hold_1'), me: review.me, runs: await review.runs.list() };
};
