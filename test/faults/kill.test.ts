import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectReview, type ReviewClient } from '../../src/client/index.ts';
import type { Hold } from '../../src/hooks/hold.ts';
import { type OpenAIServer, startOpenAIServer } from '../support/openai-server.ts';
import { cli, createToken, type Served, serve } from '../support/served.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startWorld } from '../support/world.ts';

const crewFile = (name: string) => fileURLToPath(new URL(`../fixtures/crews/${name}.crew.ts`, import.meta.url));

let model: OpenAIServer;
let world: Awaited<ReturnType<typeof startWorld>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: string;
let token: string;
let served: Served;
const clients: ReviewClient[] = [];

beforeEach(async () => {
  model = await startOpenAIServer();
  world = await startWorld();
  folder = await temporaryFolder();
  database = `file:${join(folder.path, 'holdpoint.db')}`;
  token = await createToken(database);
  served = await start();
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await served.kill();
  await model.close();
  await world[Symbol.asyncDispose]();
  await folder.remove();
});

async function start(): Promise<Served> {
  const env = { OPENAI_BASE_URL: model.baseURL, OPENAI_API_KEY: 'none', HOLDPOINT_MODEL: 'mock', WORLD_URL: world.url };
  return serve([crewFile('newsroom'), crewFile('payments')], { database, env });
}

async function connect(): Promise<ReviewClient> {
  const client = await connectReview(served.url, { token });
  clients.push(client);
  return client;
}

async function killAndStartAgain(): Promise<ReviewClient> {
  await served.kill();
  served = await start();
  return connect();
}

async function openHold(client: ReviewClient, runId: string): Promise<Hold> {
  await expect.poll(async () => (await client.runs.get(runId)).status, { timeout: 15_000 }).toBe('held');
  const { holds } = await client.holds.list({ runId, status: 'open' });
  return holds[0] as Hold;
}

async function ended(client: ReviewClient, runId: string) {
  await expect.poll(async () => (await client.runs.get(runId)).endedAt, { timeout: 15_000 }).not.toBeNull();
  return client.runs.get(runId);
}

/** How often the model was asked for this task's next step. */
async function askedFor(task: string): Promise<number> {
  const first = (await model.requests()).map(
    ({ body }) => body.messages?.find(({ role }) => role === 'user')?.content ?? '',
  );
  return first.filter((text) => text.startsWith(`Task: ${task}\n`)).length;
}

const reply = (output: unknown) => ({ output, reasoning: 'r', confidence: 0.9 });

describe('kill -9', () => {
  test('while held: the hold is still there, and its decision goes on where the run stopped', async () => {
    await model.rules({ when: 'Task: draft', reply: reply('the draft') });
    const client = await connect();
    const { id } = await client.runs.start('newsroom', { topic: 'bees' });
    const before = await openHold(client, id);
    const again = await killAndStartAgain();
    const after = await openHold(again, id);
    expect(after).toMatchObject({ id: before.id, digest: before.digest, proposal: 'the draft' });
    await again.decide(after, { verdict: 'modify', value: 'the better draft' });
    expect(await ended(again, id)).toMatchObject({ status: 'completed', outputs: { draft: 'the better draft' } });
    expect([await askedFor('research'), await askedFor('draft'), await askedFor('edit')]).toEqual([1, 1, 1]);
    const seenByEditor = (await model.requests()).filter(({ body }) =>
      JSON.stringify(body).includes('the better draft'),
    );
    expect(seenByEditor).toHaveLength(1);
    expect((await cli(['verify', id, '--database', database])).code).toBe(0);
  });

  test('while a model call is in flight: that call is made again, finished ones are not', async () => {
    await model.rules({ when: 'Task: draft', reply: reply('the draft'), hold: true, times: 1 });
    const client = await connect();
    const { id } = await client.runs.start('newsroom', { topic: 'bees' });
    await model.waitFor('Task: draft');
    const again = await killAndStartAgain();
    await again.decide(await openHold(again, id), { verdict: 'approve' });
    expect((await ended(again, id)).status).toBe('completed');
    expect([await askedFor('research'), await askedFor('draft'), await askedFor('edit')]).toEqual([1, 2, 1]);
  });

  test('between an approval and the next answer: the approval is kept, and nobody is asked again', async () => {
    await model.rules({ when: 'Task: edit', reply: reply('edited'), hold: true, times: 1 });
    const client = await connect();
    const { id } = await client.runs.start('newsroom', { topic: 'bees' });
    await client.decide(await openHold(client, id), { verdict: 'approve' });
    await model.waitFor('Task: edit');
    const again = await killAndStartAgain();
    expect((await ended(again, id)).status).toBe('completed');
    expect((await again.holds.list({ runId: id })).holds).toHaveLength(1);
    const events = await again.runs.events(id);
    expect(events.events.filter(({ type }) => type === 'hold.decided')).toHaveLength(1);
  });

  test('at once after an acknowledged decision, again and again: none is lost', async () => {
    let client = await connect();
    for (let round = 1; round <= 3; round++) {
      const { id } = await client.runs.start('newsroom', { topic: `round ${round}` });
      const hold = await openHold(client, id);
      const { recordedSeq } = await client.decide(hold, { verdict: 'approve' });
      client = await killAndStartAgain();
      const { events } = await client.runs.events(id);
      expect(events.find(({ seq }) => seq === recordedSeq)).toMatchObject({ type: 'hold.decided', by: 'user:ana' });
      expect((await ended(client, id)).status).toBe('completed');
    }
  });

  test('while an approved, idempotent action runs: it is repeated with the same key, and done once', async () => {
    await model.rules({
      when: 'Task: settle',
      reply: { toolCalls: [{ name: 'pay', arguments: { amount: 70 } }] },
      times: 1,
    });
    world.stall('/pay');
    const client = await connect();
    const { id } = await client.runs.start('payments', { n: 1 });
    await client.decide(await openHold(client, id), { verdict: 'approve' });
    await expect.poll(() => world.asked.length).toBe(1);
    world.stall(null);
    const again = await killAndStartAgain();
    expect((await ended(again, id)).status).toBe('completed');
    expect(world.asked.map(({ path }) => path)).toEqual(['/pay/70', '/pay/70']);
    expect(world.done()).toEqual(['/pay/70']);
    expect((await again.holds.list({ runId: id })).holds).toHaveLength(1);
  });

  test('while an action runs that must not be repeated: a person is asked what happened', async () => {
    await model.rules(
      { when: 'Task: settle', reply: reply('nothing to pay') },
      { when: 'Task: tell', reply: { toolCalls: [{ name: 'mail', arguments: { to: 'ben' } }] }, times: 1 },
    );
    world.stall('/mail');
    const client = await connect();
    const { id } = await client.runs.start('payments', { n: 2 });
    await expect.poll(() => world.asked.length).toBe(1);
    const again = await killAndStartAgain();
    const hold = await openHold(again, id);
    expect(hold).toMatchObject({ kind: 'escalation', reasons: [{ code: 'outcome-unknown' }], allowed: ['respond'] });
    expect(world.asked).toHaveLength(1);
    await again.decide(hold, { verdict: 'respond', value: { choice: 'use', value: 'it was sent' } });
    expect((await ended(again, id)).status).toBe('completed');
    expect(world.asked).toHaveLength(1);
  });

  test('SIGTERM ends in order: exit 0, and the run goes on at the next start', async () => {
    await model.rules({ when: 'Task: draft', reply: reply('the draft'), hold: true, times: 1 });
    const client = await connect();
    const { id } = await client.runs.start('newsroom', { topic: 'bees' });
    await model.waitFor('Task: draft');
    expect(await served.stop()).toBe(0);
    served = await start();
    const again = await connect();
    expect((await openHold(again, id)).kind).toBe('after');
  });
});
