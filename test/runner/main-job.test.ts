import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew, type Holdpoint, openHoldpoint } from '../../src/index.ts';
import { call, memoryJournal, scriptedModel } from '../../src/testing.ts';
import { refundDesk } from '../support/refund-desk.ts';

const open: Holdpoint<never>[] = [];
afterEach(async () => {
  for (const holdpoint of open.splice(0)) await holdpoint.close();
});

const newsroom = defineCrew({
  name: 'newsroom',
  inputs: z.strictObject({ topic: z.string() }),
  agents: { writer: { role: 'Writer', goal: 'Write' }, editor: { role: 'Editor', goal: 'Edit' } },
  tasks: {
    draft: { agent: 'writer', description: 'Write about {topic}', confirm: 'after' },
    edit: { agent: 'editor', description: 'Edit the draft' },
  },
});

async function openNewsroom(steps: readonly unknown[]) {
  const model = scriptedModel(steps);
  const holdpoint = await openHoldpoint({ crews: [newsroom, refundDesk], database: memoryJournal(), model });
  open.push(holdpoint as unknown as Holdpoint<never>);
  return { holdpoint, model };
}

const answer = (output: unknown, confidence = 0.9) => ({ output, reasoning: 'because', confidence });

describe('a run with a hold', () => {
  test('stops at the draft, and the next agent sees exactly what was approved', async () => {
    const { holdpoint, model } = await openNewsroom([answer('draft A'), answer('final')]);
    const run = await holdpoint.start('newsroom', { topic: 'bees' });
    const held = await run.settled();
    expect(held).toMatchObject({ status: 'held', tasks: { draft: 'held', edit: 'waiting' } });
    const hold = await holdpoint.holds.get(held.openHolds[0] ?? '');
    expect(hold).toMatchObject({
      kind: 'after',
      proposal: 'draft A',
      blocks: ['edit'],
      reasoning: 'because',
      confidence: 0.9,
    });
    expect(model.requests).toHaveLength(1);
    await holdpoint.decide({ holdId: hold.id, digest: hold.digest, verdict: 'approve', by: 'user:ana' });
    expect(await run.outcome()).toMatchObject({
      status: 'completed',
      outputs: { draft: 'draft A', edit: 'final' },
      error: null,
    });
    expect(JSON.stringify(model.requests[1])).toContain('draft A');
  });

  test('a modification replaces the output for everybody after it', async () => {
    const { holdpoint, model } = await openNewsroom([answer('draft A'), answer('final')]);
    const run = await holdpoint.start('newsroom', { topic: 'bees' });
    const [hold] = (await run.settled().then(() => holdpoint.holds.list())).holds;
    await holdpoint.decide({
      holdId: hold!.id,
      digest: hold!.digest,
      verdict: 'modify',
      value: 'draft B',
      by: 'user:ana',
    });
    expect((await run.outcome()).outputs).toEqual({ draft: 'draft B', edit: 'final' });
    const asked = JSON.stringify(model.requests[1]);
    expect(asked).toContain('draft B');
    expect(asked).not.toContain('draft A');
  });

  test('a rejection gives the agent the reason, and its revision is a new hold', async () => {
    const { holdpoint, model } = await openNewsroom([answer('draft A'), answer('draft B'), answer('final')]);
    const run = await holdpoint.start('newsroom', { topic: 'bees' });
    await run.settled();
    const [first] = (await holdpoint.holds.list({ status: 'open' })).holds;
    await holdpoint.decide({
      holdId: first!.id,
      digest: first!.digest,
      verdict: 'reject',
      reason: 'too dull',
      by: 'user:ana',
    });
    await expect.poll(async () => (await holdpoint.holds.list({ status: 'open' })).holds.length).toBe(1);
    const [second] = (await holdpoint.holds.list({ status: 'open' })).holds;
    expect(second).toMatchObject({
      revision: 2,
      proposal: 'draft B',
      previous: { proposal: 'draft A', digest: first!.digest },
    });
    expect(second!.history).toMatchObject([{ verdict: 'reject', by: 'user:ana', reason: 'too dull' }]);
    expect(JSON.stringify(model.requests[1])).toContain('too dull');
    await holdpoint.decide({ holdId: second!.id, digest: second!.digest, verdict: 'approve', by: 'user:ana' });
    expect((await run.outcome()).outputs).toEqual({ draft: 'draft B', edit: 'final' });
  });
});

describe("the contract's refund desk", () => {
  const assessed = (amountUsd: number) => answer({ refund: true, amountUsd, why: 'broken' });

  async function upToThePayment(amountUsd: number) {
    const steps = [assessed(amountUsd), call('issue_refund', { orderId: 'o-1', amountUsd }), answer('paid')];
    const { holdpoint, model } = await openNewsroom(steps);
    const run = await holdpoint.start('refund-desk', { ticket: 'It broke' });
    await run.settled();
    const [hold] = (await holdpoint.holds.list({ status: 'open' })).holds;
    await holdpoint.decide({ holdId: hold!.id, digest: hold!.digest, verdict: 'approve', by: 'user:ana' });
    await expect.poll(async () => (await holdpoint.runs.get(run.id)).status).not.toBe('running');
    return { holdpoint, model, run };
  }

  test('20 dollars are supervised: the refund runs', async () => {
    const { run } = await upToThePayment(20);
    expect(await run.outcome()).toMatchObject({ status: 'completed', outputs: { pay: 'paid' } });
  });

  test('120 dollars are held with their exact arguments, and run when approved', async () => {
    const { holdpoint, run } = await upToThePayment(120);
    const [hold] = (await holdpoint.holds.list({ status: 'open' })).holds;
    expect(hold).toMatchObject({
      kind: 'action',
      proposal: { tool: 'issue_refund', input: { orderId: 'o-1', amountUsd: 120 } },
      impact: { summary: 'Refund $120 on o-1', target: 'o-1', amount: 120, reversible: true },
      action: { tool: 'issue_refund', tier: 'approval' },
      allowed: ['approve', 'modify', 'reject'],
    });
    await holdpoint.decide({ holdId: hold!.id, digest: hold!.digest, verdict: 'approve', by: 'user:ana' });
    expect(await run.outcome()).toMatchObject({ status: 'completed', outputs: { pay: 'paid' } });
  });

  test('900 dollars are for a person: the result that they enter is the tool result', async () => {
    const { holdpoint, model, run } = await upToThePayment(900);
    const [hold] = (await holdpoint.holds.list({ status: 'open' })).holds;
    expect(hold).toMatchObject({ kind: 'human', allowed: ['respond', 'reject'] });
    const respond = {
      holdId: hold!.id,
      digest: hold!.digest,
      verdict: 'respond' as const,
      value: { refundId: 'bank-7' },
      by: 'user:ana',
    };
    await expect(holdpoint.decide(respond)).rejects.toMatchObject({ code: 'DECISION_NOT_ALLOWED' });
    expect(run.id).toBeTruthy();
    expect(model.requests).toHaveLength(2);
  });
});
