import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { ActionId, RunId } from '../../src/ids.ts';
import { defineCrew, defineTool } from '../../src/index.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { call } from '../../src/testing.ts';
import { answer, type Desk, deferred, openDesk, person } from '../support/desk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ana = { actor: person('user:ana') };
/** The least that an operator may set. */
const MAX = 100;
const limits = { maxRunEvents: MAX };

const label = defineTool({
  name: 'label',
  description: 'Label.',
  input: z.strictObject({}),
  tier: 'supervised',
  execute: () => 'labelled',
  undo: () => undefined,
});
const labels = defineCrew({
  name: 'labels',
  agents: { a: { role: 'A', goal: 'A', tools: [label] } },
  tasks: { t: { agent: 'a', description: 'T' } },
});
const held = defineCrew({
  name: 'held',
  agents: { a: { role: 'A', goal: 'A' } },
  tasks: { t: { agent: 'a', description: 'T', confirm: 'before' } },
});

/** Does it until the journal is full, and is told so. */
async function untilFull(desk: Desk, run: RunId, note: () => Promise<unknown>): Promise<void> {
  for (let left = MAX - (await desk.events(run)).length; left > 0; left--) await note();
  expect(await desk.events(run)).toHaveLength(MAX);
  for (let n = 0; n < 3; n++) await expect(note()).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
  expect(await desk.events(run)).toHaveLength(MAX);
}

test('audits fill the journal of a run that ended, and no more; a fork and an undo are still possible', async () => {
  await using desk = await openDesk(labels, [call('label', {}), answer('done'), answer('done')], { limits });
  const run = await desk.startAndSettle();
  const [started] = await desk.eventsOfType(run, 'action.started');
  const { actionId, seq = 0 } = { ...started?.data, seq: started?.seq } as { actionId: ActionId; seq?: number };
  await untilFull(desk, run, () => desk.engine.audit(run, actionId, { finding: 'good', reason: null }, ana));

  const fork = await desk.engine.fork(run, seq - 1, { ...ana, drive: false });
  expect(fork.id).not.toBe(run);
  expect(await desk.eventsOfType(run, 'run.forked')).toEqual([]);
  expect(await desk.events(run)).toHaveLength(MAX);

  await desk.engine.undo(run, actionId, 'wrong label', ana);
  await expect.poll(() => desk.types(run)).toContain('action.undone');
});

test('a full journal takes a decision, and a first cancel', async () => {
  await using desk = await openDesk(held, [answer('done')], { limits });
  const [decided, cancelled] = [await desk.startAndSettle(), await desk.startAndSettle()];
  for (const run of [decided, cancelled]) {
    const { id } = await desk.only(run);
    await untilFull(desk, run, () => desk.engine.comment(id, 'hm', ana));
  }
  await desk.reject(await desk.only(decided));
  await expect.poll(() => desk.types(decided)).toContain('hold.decided');
  await desk.engine.cancel(cancelled, 'enough', ana);
  expect(await desk.settled(cancelled)).toMatchObject({ status: 'cancelled' });
});

test('a run that is ending is asked for its end once: the next ones are answered, and nothing is recorded', async () => {
  const [begun, done] = [deferred<void>(), deferred<void>()];
  const slow = defineTool({
    name: 'slow',
    description: 'Slow.',
    input: z.strictObject({}),
    tier: 'automatic',
    execute: async () => {
      begun.resolve();
      await done.promise;
      return 'done';
    },
  });
  const crew = defineCrew({
    name: 'slow',
    agents: { a: { role: 'A', goal: 'A', tools: [slow] } },
    tasks: { t: { agent: 'a', description: 'T' } },
  });
  await using desk = await openDesk(crew, [call('slow', {})]);
  const run = await desk.start();
  await begun.promise;
  const first = await desk.engine.cancel(run, 'first', ana);
  const request = { id: 'once more', content: 'c' };
  for (const given of [ana, { ...ana, request }, { ...ana, request }])
    expect(await desk.engine.cancel(run, 'another', given)).toEqual(first);
  expect(await desk.eventsOfType(run, 'run.cancel-requested')).toMatchObject([{ data: { reason: 'first' } }]);
  done.resolve();
  expect(await desk.settled(run)).toMatchObject({ status: 'cancelled' });
  expect(await desk.eventsOfType(run, 'run.cancelled')).toMatchObject([{ data: { reason: 'first' } }]);
});

test('one that came to rest while it was ending, since its journal could not be read, is asked anew', async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'h.db');
  const crew = defineCrew({
    name: 'kept',
    agents: { a: { role: 'A', goal: 'A' } },
    tasks: { t: { agent: 'a', description: 'T', confirm: 'after' } },
  });
  const first = await openDesk(crew, [answer('done')], { journal: await openSqliteJournal({ path }) });
  const run = await first.startAndSettle();
  await first.engine.close();
  const db = new Database(path);
  // The task of `task.proposed`.
  db.prepare("UPDATE events SET data = json_set(data, '$[0]', 'nobody') WHERE seq = 4").run();
  db.close();

  const { engine, journal } = await openDesk(crew, [], { journal: await openSqliteJournal({ path }) });
  const asked = async () => (await journal.read(run, { type: 'run.cancel-requested' })).length;
  for (const times of [1, 2]) {
    await engine.cancel(run, 'enough', ana);
    expect(await asked()).toBe(times);
    await expect.poll(async () => (await engine.run(run)).status).toBe('parked');
  }
  await engine.close();
  await folder.remove();
});
