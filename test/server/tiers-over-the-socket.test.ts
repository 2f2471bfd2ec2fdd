import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { connectReview, type ReviewClient } from '../../src/client/index.ts';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { Hold } from '../../src/hooks/hold.ts';
import type { RunId } from '../../src/ids.ts';
import { defineCrew, defineTool } from '../../src/index.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { createToken } from '../../src/server/identity/tokens.ts';
import { serveReview } from '../../src/server/serve.ts';
import { call, scriptedModel } from '../../src/testing.ts';

/** The refund desk as reviewers meet it: over a socket, with tokens, each tier and each reason to hold. */
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const undone: string[] = [];
const refund = defineTool({
  name: 'issue_refund',
  description: 'Refund an order',
  input: z.strictObject({ orderId: z.string(), amountUsd: z.number().positive() }),
  output: z.strictObject({ refundId: z.string() }),
  tier: ({ amountUsd }) => (amountUsd <= 20 ? 'supervised' : amountUsd <= 500 ? 'approval' : 'human'),
  impact: ({ orderId, amountUsd }) => ({
    summary: `Refund $${amountUsd} on ${orderId}`,
    target: orderId,
    amount: amountUsd,
  }),
  execute: ({ orderId }) => {
    if (orderId === 'broken') throw new Error('the bank said no');
    return { refundId: `r-${orderId}` };
  },
  undo: ({ output }) => {
    if (output.refundId === 'r-kept') throw new Error('the bank keeps it');
    undone.push(output.refundId);
  },
});

const desk = defineCrew({
  name: 'desk',
  inputs: z.strictObject({ n: z.number() }),
  agents: { clerk: { role: 'Clerk', goal: 'Pay', tools: [refund] } },
  tasks: {
    pay: {
      agent: 'clerk',
      description: 'Pay case {n}',
      minConfidence: 0.5,
      escalateIf: ({ output }) => output.includes('?') && 'the clerk is unsure',
    },
  },
});

const answer = (output: string, confidence = 0.9) => ({ output, reasoning: 'r', confidence });
const pay = (amountUsd: number, orderId = 'A-1') => call('issue_refund', { orderId, amountUsd });

async function open(steps: readonly unknown[]) {
  const journal = memoryJournal();
  const model = scriptedModel(steps);
  const engine = await openEngine({ crews: [crewDefinition(desk)], journal, models: () => model, log: silentLog });
  const server = await serveReview({ engine, log: silentLog as never, port: 0 });
  const { token } = await createToken(journal, { user: 'ana', roles: ['reviewer', 'operator'] });
  const client = await connectReview(server.url, { token });
  ends.push(
    () => engine.close(),
    () => server.close(),
    () => client.close(),
  );
  const told: { name: string; message: unknown }[] = [];
  for (const name of ['hold:opened', 'hold:closed', 'notice:supervised'] as const) {
    client.on(name, (message: unknown) => told.push({ name, message }));
  }
  const { id } = await client.runs.start('desk', { n: 1 });
  const types = async () =>
    (await client.runs.events(id)).events
      .map(({ type }) => type)
      .filter((type) => /^(action|hold|run|task)\./.test(type));
  return { client, id, told, types, url: server.url, token };
}

async function rests(client: ReviewClient, id: string, status = 'held'): Promise<Hold> {
  await expect.poll(async () => (await client.runs.get(id)).status).toBe(status);
  return (await client.holds.list({ runId: id, status: 'open' })).holds[0] as Hold;
}

describe('the tiers over the socket', () => {
  test('supervised: it runs, is shown at once, and is undone', async () => {
    const { client, id, told, types } = await open([pay(20), answer('paid')]);
    await rests(client, id, 'completed');
    expect(told.filter(({ name }) => name === 'notice:supervised')).toMatchObject([
      {
        message: {
          runId: id,
          task: 'pay',
          tool: 'issue_refund',
          input: { amountUsd: 20, orderId: 'A-1' },
          output: { refundId: 'r-A-1' },
        },
      },
    ]);
    const [notice] = told
      .filter(({ name }) => name === 'notice:supervised')
      .map(({ message }) => message as { actionId: string });
    await client.actions.undo(id, notice?.actionId ?? '', 'wrong order');
    await expect.poll(() => undone).toContain('r-A-1');
    await expect
      .poll(types)
      .toEqual([
        'run.started',
        'task.started',
        'action.proposed',
        'action.started',
        'action.succeeded',
        'task.proposed',
        'task.completed',
        'run.completed',
        'action.undo-started',
        'action.undone',
      ]);
  });

  test('an undo that failed is said wherever the action is listed, and is not told of as a new action', async () => {
    const { client, id, told, url, token } = await open([pay(20, 'kept'), answer('paid')]);
    await rests(client, id, 'completed');
    const [action] = (await client.actions.list({ runId: id as RunId })).actions;
    expect(action).not.toHaveProperty('undoFailure');
    await client.actions.undo(id, action?.actionId ?? '', 'wrong order');
    const failed = {
      state: 'succeeded',
      undoFailure: { code: 'TOOL_FAILED', message: expect.stringContaining('keeps it') },
    };
    await expect.poll(async () => (await client.actions.list({ runId: id as RunId })).actions).toMatchObject([failed]);
    expect((await client.runs.state(id)).actions).toMatchObject([failed]);
    const headers = { authorization: `Bearer ${token}` };
    for (const path of ['actions', `runs/${id}/state`]) {
      const answered = await fetch(`${url}/api/v1/${path}`, { headers });
      expect(await answered.json(), path).toMatchObject({ actions: [failed] });
    }
    expect(told.filter(({ name }) => name === 'notice:supervised')).toHaveLength(1);
  });

  test('approval: it is held with its exact arguments, and runs once when approved', async () => {
    const { client, id, told, types } = await open([pay(120), answer('paid')]);
    const hold = await rests(client, id);
    expect(hold).toMatchObject({
      kind: 'action',
      action: { tier: 'approval' },
      proposal: { tool: 'issue_refund', input: { amountUsd: 120 } },
    });
    expect(await types()).toEqual(['run.started', 'task.started', 'action.proposed', 'hold.opened']);
    await client.decide(hold, { verdict: 'approve' });
    await rests(client, id, 'completed');
    expect((await types()).slice(4)).toEqual([
      'hold.decided',
      'action.started',
      'action.succeeded',
      'task.proposed',
      'task.completed',
      'run.completed',
    ]);
    expect(told.map(({ name }) => name)).toEqual(['hold:opened', 'hold:closed']);
  });

  test('human: it never runs; the claimed result that fits the schema is what the agent gets', async () => {
    const { client, id, types } = await open([pay(900), answer('paid')]);
    const hold = await rests(client, id);
    expect(hold).toMatchObject({ kind: 'human', allowed: ['respond', 'reject'] });
    await client.claim(hold);
    await expect(client.decide(hold, { verdict: 'respond', value: { id: 7 } })).rejects.toMatchObject({
      code: 'VALUE_INVALID',
    });
    await client.decide(hold, { verdict: 'respond', value: { refundId: 'bank-7' } });
    await rests(client, id, 'completed');
    const seen = await types();
    expect(seen).not.toContain('action.started');
    expect(seen.filter((type) => type.startsWith('action.'))).toEqual(['action.proposed', 'action.succeeded']);
  });

  test('a modification that needs more than it was given opens a new hold, and pays nothing', async () => {
    const { client, id, types } = await open([pay(120), answer('paid')]);
    const first = await rests(client, id);
    await client.decide(first, { verdict: 'modify', value: { orderId: 'A-1', amountUsd: 5000 } });
    const second = await rests(client, id);
    expect(second).toMatchObject({ kind: 'human', revision: 2, proposal: { input: { amountUsd: 5000 } } });
    expect(await types()).not.toContain('action.started');
  });
});

describe('the other reasons to hold, over the socket', () => {
  test('low confidence', async () => {
    const { client, id } = await open([answer('maybe', 0.2)]);
    expect(await rests(client, id)).toMatchObject({
      kind: 'after',
      reasons: [{ code: 'low-confidence' }],
      confidence: 0.2,
    });
  });

  test('escalateIf: answered by a choice, never by a yes', async () => {
    const { client, id } = await open([answer('shall I?')]);
    const hold = await rests(client, id);
    expect(hold).toMatchObject({
      kind: 'escalation',
      reasons: [{ code: 'escalation', detail: 'the clerk is unsure' }],
      allowed: ['respond'],
    });
    await expect(client.decide(hold, { verdict: 'approve' })).rejects.toMatchObject({ code: 'DECISION_NOT_ALLOWED' });
    await client.decide(hold, { verdict: 'respond', value: { choice: 'use', value: 'no' } });
    await rests(client, id, 'completed');
    expect((await client.runs.get(id)).outputs).toEqual({ pay: 'no' });
  });

  test('a tool that failed: skipped by a person, and the agent is told', async () => {
    const { client, id } = await open([pay(20, 'broken'), answer('could not pay')]);
    const hold = await rests(client, id);
    expect(hold).toMatchObject({
      kind: 'escalation',
      proposal: { tool: 'issue_refund', error: { message: 'issue_refund: the bank said no' } },
    });
    await client.decide(hold, { verdict: 'respond', value: { choice: 'skip' }, reason: 'call them' });
    await rests(client, id, 'completed');
    expect((await client.runs.get(id)).outputs).toEqual({ pay: 'could not pay' });
  });

  test('a question: answered, and the answer is the result', async () => {
    const { client, id } = await open([
      call('ask_human', { question: 'Which order?', options: ['A-1', 'A-2'] }),
      answer('A-2 it is'),
    ]);
    const hold = await rests(client, id);
    expect(hold).toMatchObject({ kind: 'question', proposal: { question: 'Which order?', options: ['A-1', 'A-2'] } });
    await expect(client.decide(hold, { verdict: 'respond', value: 'A-9' })).rejects.toMatchObject({
      code: 'VALUE_INVALID',
    });
    await client.decide(hold, { verdict: 'respond', value: 'A-2' });
    await rests(client, id, 'completed');
  });

  test('a yes in a comment decides nothing', async () => {
    const { client, id } = await open([pay(120), answer('paid')]);
    const hold = await rests(client, id);
    for (const text of ['yes', 'approved', 'LGTM', '/approve']) await client.comment(hold, text);
    expect(await rests(client, id)).toMatchObject({ id: hold.id, status: 'open', digest: hold.digest });
  });
});
