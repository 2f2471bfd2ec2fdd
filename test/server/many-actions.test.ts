import { expect, test } from 'vitest';
import { connectReview } from '../../src/client/index.ts';
import type { ActionId, RunId } from '../../src/ids.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { eraseRun } from '../../src/runner/retention.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { createToken } from '../../src/server/identity/tokens.ts';
import { serveReview } from '../../src/server/serve.ts';
import { SupervisedNotices } from '../../src/server/supervised-notices.ts';
import { longCrew, longModel } from '../e2e/support/long-run.ts';
import { testServer } from '../support/review-server.ts';

test('of a run that acted often as many actions are listed as are asked for, and of each its first uses', async () => {
  const size = { tasks: 1, calls: 150 };
  const journal = memoryJournal();
  const engine = await openEngine({
    crews: [longCrew(size)],
    journal,
    models: () => longModel(size),
    log: silentLog,
  });
  const server = await serveReview({ engine, log: silentLog as never, port: 0 });
  const { token } = await createToken(journal, { user: 'ana', roles: ['reviewer'] });
  const client = await connectReview(server.url, { token });
  const { id } = await engine.start('long-work', {}, { requestedBy: 'user:ben' });
  await engine.settled(id);

  const newest = await client.actions.list({ runId: id });
  expect(newest).toMatchObject({ more: true });
  expect(newest.actions.map(({ output }) => output)).toEqual(
    Array.from({ length: 50 }, (_, index) => `line ${149 - index} is written`),
  );
  expect((await client.actions.list({ limit: 3, undoable: true })).actions).toEqual(newest.actions.slice(0, 3));
  const { actions, more } = await client.actions.list({ runId: id, limit: 200 });
  expect([actions.length, more]).toEqual([150, false]);
  const [last, first] = [actions[0], actions.at(-1)];
  expect(last).toMatchObject({ useCount: 1, usedBy: [{ kind: 'answer', task: 'part1' }] });
  // 150 answers and 149 actions had the result of the first before them.
  expect([first?.useCount, first?.usedBy.length]).toEqual([299, 100]);
  expect(first?.usedBy.map(({ seq }) => seq)).toEqual(first?.usedBy.map(({ seq }) => seq).toSorted((a, b) => a - b));
  await client.close();
  await server.close();
  await engine.close();
});

test('of the newest runs only those are read whole that have something to take back; an erased one hides no other', async () => {
  await using server = await testServer();
  const { journal, engine } = server;
  const label = async () => engine.settled((await engine.start('label-desk', {}, { requestedBy: 'user:ben' })).id);
  const [kept, erased, { runId: held }] = [await label(), await label(), await server.held()];
  await eraseRun(journal, erased.id, {
    tasks: null,
    reason: 'Asked for.',
    by: 'user:ana',
    now: new Date().toISOString(),
  });
  const client = await server.client('viewer');
  const whole: string[] = [];
  const read = journal.read.bind(journal);
  journal.read = (runId, options) => {
    if (options?.type === undefined) whole.push(runId);
    return read(runId, options);
  };
  for (const query of [{ undoable: true }, {}] as const)
    expect((await client.actions.list(query)).actions.map(({ runId }) => runId)).toEqual([kept.id]);
  expect(whole).toContain(kept.id);
  expect(whole).not.toContain(held);
  await expect(client.actions.list({ runId: erased.id })).rejects.toMatchObject({ code: 'RUN_ERASED' });
});

test('a run that acts all the time is read seldom, and each of its actions is told of once', async () => {
  const runId = 'run_busy' as RunId;
  const ids = Array.from({ length: 300 }, (_, index) => `${runId}:${index}` as ActionId);
  const told: string[] = [];
  let readings = 0;
  const action = { task: 't', tool: 'note', tier: 'supervised', undoUntil: '2026-03-01T10:00:00.000Z' };
  const notices = new SupervisedNotices({
    engine: {
      stateAt: async () => {
        readings++;
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { actions: ids.map((id) => ({ ...action, id, state: 'succeeded' })) } as never;
      },
    },
    broadcast: (_name, message) => told.push((message as { actionId: string }).actionId),
    log: silentLog as never,
  });
  for (const id of ids) {
    notices.add(runId, [id]);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await expect.poll(() => told.length, { timeout: 15_000 }).toBe(ids.length);
  expect(told.toSorted()).toEqual(ids.toSorted());
  expect(readings).toBeLessThan(100);
});
