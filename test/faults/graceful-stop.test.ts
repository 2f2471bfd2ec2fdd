import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectReview } from '../../src/client/index.ts';
import { type OpenAIServer, startOpenAIServer } from '../support/openai-server.ts';
import { createToken, type Served, serve } from '../support/served.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startWorld } from '../support/world.ts';

const CREW = fileURLToPath(new URL('../fixtures/crews/payments.crew.ts', import.meta.url));

let model: OpenAIServer;
let world: Awaited<ReturnType<typeof startWorld>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: string;
let token: string;
let served: Served;

beforeEach(async () => {
  [model, world, folder] = await Promise.all([startOpenAIServer(), startWorld(), temporaryFolder()]);
  database = `file:${join(folder.path, 'holdpoint.db')}`;
  token = await createToken(database);
  await model.rules(
    { when: 'Pay case', reply: { output: 'nothing to pay', reasoning: 'r', confidence: 1 } },
    { when: 'Mail case', reply: { toolCalls: [{ name: 'mail', arguments: { to: 'ben' } }] }, times: 1 },
  );
});
afterEach(async () => {
  await served.kill();
  await model.close();
  await world[Symbol.asyncDispose]();
  await folder.remove();
});

function start(graceMs: number): Promise<Served> {
  const env = { OPENAI_BASE_URL: model.baseURL, OPENAI_API_KEY: 'none', HOLDPOINT_MODEL: 'mock', WORLD_URL: world.url };
  // Long enough for the tool of the one test, and not for that of the other.
  return serve([CREW], { database, env, args: ['--limit', `stopGraceMs=${graceMs}`] });
}

/** Starts a run, stops the server while its mail is being sent, starts it again. @returns the run, and how long stopping took. */
async function stopWhileMailing({ graceMs }: { graceMs: number }) {
  served = await start(graceMs);
  const before = await connectReview(served.url, { token });
  const { id } = await before.runs.start('payments', { n: 1 });
  await expect.poll(() => world.asked.length, { timeout: 15_000 }).toBe(1);
  await before.close();
  const since = performance.now();
  expect(await served.stop()).toBe(0);
  const tookMs = performance.now() - since;
  served = await start(graceMs);
  return { id, tookMs, client: await connectReview(served.url, { token }) };
}

test('SIGTERM lets a tool finish that must not be repeated: its result is recorded, and nobody is asked', async () => {
  world.slow(1_500);
  const { id, client } = await stopWhileMailing({ graceMs: 20_000 });
  await expect.poll(async () => (await client.runs.get(id)).status, { timeout: 15_000 }).toBe('completed');
  expect(world.asked).toHaveLength(1);
  expect((await client.holds.list({ runId: id })).holds).toEqual([]);
  await client.close();
});

test('SIGTERM ends in time although a tool does not: what became of it is asked at the next start', async () => {
  world.stall('/mail');
  const { id, client, tookMs } = await stopWhileMailing({ graceMs: 500 });
  expect(tookMs).toBeLessThan(20_000);
  await expect.poll(async () => (await client.runs.get(id)).status, { timeout: 15_000 }).toBe('held');
  expect((await client.holds.list({ runId: id })).holds).toMatchObject([{ reasons: [{ code: 'outcome-unknown' }] }]);
  expect(world.asked).toHaveLength(1);
  await client.close();
});
