import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { RunId } from '../../src/ids.ts';
import { openHoldpoint } from '../../src/index.ts';
import { toRunEvents } from '../../src/journal/read-run.ts';
import { openDatabase } from '../../src/open-database.ts';
import { replay } from '../../src/replay/replay.ts';
import { scriptedModel } from '../../src/testing.ts';
import newsroom from '../fixtures/crews/newsroom.crew.ts';
import { answer } from '../support/desk.ts';
import { type TestDatabase, type TestPostgres, testPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let database: TestDatabase;
beforeAll(async () => {
  server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  database = await server.database();
});
afterEach(() => database.drop());

/** The run's whole journal, as replayed from the database. */
async function replayed(id: string) {
  const journal = await openDatabase(database.url, { readonly: true });
  try {
    const [events, payloads] = await Promise.all([journal.read(id as RunId), journal.payloads(id as RunId)]);
    return await replay(id as RunId, toRunEvents(events, payloads), { crew: crewDefinition(newsroom) });
  } finally {
    await journal.close();
  }
}

test('a run is held, decided and completed on Postgres, and replays from it', async () => {
  const model = scriptedModel([answer('facts'), answer('draft'), answer('final')]);
  const holdpoint = await openHoldpoint({ crews: [newsroom], database: database.url, model });
  const run = await holdpoint.start('newsroom', { topic: 'tea' });
  expect(await run.settled()).toMatchObject({ status: 'held' });
  const { holds } = await holdpoint.holds.list({ status: 'open' });
  const [hold] = holds;
  if (!hold) expect.unreachable();
  await holdpoint.decide({ holdId: hold.id, digest: hold.digest, verdict: 'approve', by: 'user:ana' });
  expect(await run.outcome()).toMatchObject({ status: 'completed', outputs: { edit: 'final' } });
  await holdpoint.close();
  expect((await replayed(run.id)).state.machine.value).toBe('completed');
});

test('a node that is killed at work: another on the same database goes on, within 20 seconds', async () => {
  const script = fileURLToPath(new URL('../support/newsroom-main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', script, database.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  try {
    await expect.poll(() => lines.toSorted(), { timeout: 20_000 }).toEqual([expect.stringMatching(/^run_/), 'stuck']);
    const id = lines.find((line) => line !== 'stuck') ?? '';
    const model = scriptedModel([answer('draft'), answer('final')]);
    await using holdpoint = await openHoldpoint({ crews: [newsroom], database: database.url, model });
    const run = await holdpoint.run(id);
    child.kill('SIGKILL');
    const signal = AbortSignal.timeout(20_000);
    expect(await run.settled({ signal })).toMatchObject({ status: 'held', tasks: { research: 'completed' } });
    const [hold] = (await holdpoint.holds.list({ runId: id, status: 'open' })).holds;
    if (!hold) expect.unreachable();
    await holdpoint.decide({ holdId: hold.id, digest: hold.digest, verdict: 'approve', by: 'user:ana' });
    expect(await run.outcome({ signal })).toMatchObject({
      status: 'completed',
      outputs: { research: 'facts', edit: 'final' },
    });
    // The finished call of the dead node was not made again.
    expect(model.requests).toHaveLength(2);
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});
