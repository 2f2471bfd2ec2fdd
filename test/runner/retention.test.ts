import { pino } from 'pino';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew, defineTool } from '../../src/index.ts';
import { RecordReader } from '../../src/runner/record-reader.ts';
import { eraseRun, pruneRun } from '../../src/runner/retention.ts';
import { call } from '../../src/testing.ts';
import { answer, deferred, openDesk, person } from '../support/desk.ts';

const now = '2030-01-01T00:00:00.000Z';
const asked = { tasks: null, reason: 'asked to be forgotten', by: 'user:ana', now };

test('an erasure names the runs that have some of the content as well, and a second one changes nothing', async () => {
  const crew = defineCrew({
    name: 'plain',
    agents: { a: { role: 'A', goal: 'A' } },
    tasks: { one: { agent: 'a', description: 'D' } },
  });
  await using desk = await openDesk(crew, [answer('one'), answer('two'), answer('three'), answer('four')]);
  const { engine, journal } = desk;
  const fork = async (of: typeof run) => {
    const { id } = await engine.fork(of, 2, { actor: person('user:ana') });
    await engine.outcome(id);
    return id;
  };
  const run = (await engine.start('plain', {}, { requestedBy: 'user:rita' })).id;
  await engine.outcome(run);
  const [child, other] = [await fork(run), await fork(run)];
  const grandchild = await fork(child);

  expect((await eraseRun(journal, child, asked)).copies).toEqual([run, grandchild]);
  expect(await eraseRun(journal, run, asked)).toMatchObject({ copies: [child, other] });
  await pruneRun(journal, other, { by: 'user:ana', now });
  const summary = (await engine.run(run)).error;
  const noted = await journal.read('system' as never);
  expect(await eraseRun(journal, run, asked)).toEqual({ count: 0, copies: [] });
  expect((await engine.run(run)).error).toEqual(summary);
  expect(await journal.read('system' as never)).toEqual(noted);
});

test('while an undo of a run that has ended is under way, nothing of it is erased or removed', async () => {
  const begun = deferred();
  const finish = deferred();
  const pay = defineTool({
    name: 'pay',
    description: 'Pay',
    input: z.strictObject({}),
    tier: 'supervised',
    execute: () => 'paid',
    undo: () => {
      begun.resolve();
      return finish.promise;
    },
  });
  const crew = defineCrew({
    name: 'payer',
    agents: { a: { role: 'A', goal: 'A', tools: [pay] } },
    tasks: { one: { agent: 'a', description: 'D' } },
  });
  await using desk = await openDesk(crew, [call('pay'), answer('done')]);
  const { engine, journal } = desk;
  const run = await desk.start();
  await engine.outcome(run);
  const [started] = await desk.eventsOfType(run, 'action.started');
  await engine.undo(run, started!.data.actionId, 'wrong', { actor: person('user:ana') });
  await begun.promise;
  await expect(pruneRun(journal, run, { by: 'user:ana', now })).rejects.toMatchObject({ code: 'RUN_ACTIVE' });
  await expect(eraseRun(journal, run, asked)).rejects.toMatchObject({ code: 'RUN_ACTIVE' });
  finish.resolve();
  await expect.poll(() => desk.types(run)).toContain('action.undone');
});

test('an engine that knew a run knows nothing of what was erased or removed since', async () => {
  const crew = defineCrew({
    name: 'plain',
    agents: { a: { role: 'A', goal: 'A' } },
    tasks: { one: { agent: 'a', description: 'D', confirm: 'after' } },
  });
  await using desk = await openDesk(crew, [answer('one'), answer('two')]);
  const { engine, journal } = desk;
  const run = (await engine.start('plain', {}, { requestedBy: 'user:rita' })).id;
  await engine.settled(run);
  await desk.reject(await desk.only(run), 'Wanda is ill');
  await engine.settled(run);
  await desk.approve(await desk.only(run));
  await engine.outcome(run);
  const reader = new RecordReader(journal, pino({ level: 'silent' }));
  const known = async () => JSON.stringify(await reader.all());
  expect(await known()).toContain('Wanda is ill');
  await expect.poll(async () => (await journal.run(run))?.wake).toBe(false);
  await eraseRun(journal, run, asked);
  expect(await known()).not.toContain('Wanda is ill');
  await pruneRun(journal, run, { by: 'user:ana', now });
  expect(await known()).toBe('[]');
});
