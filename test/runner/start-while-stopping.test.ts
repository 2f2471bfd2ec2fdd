import { expect, test } from 'vitest';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { Model } from '../../src/crew/model.ts';
import { HoldpointError } from '../../src/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import type { AtOnce } from '../../src/runner/at-once.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import newsroom from '../fixtures/crews/newsroom.crew.ts';
import { deferred } from '../support/desk.ts';
import { slowJournal } from '../support/slow-journal.ts';

const RITA = { user: 'user:rita', roles: ['operator' as const], groups: [] };

/** An engine whose model answers nobody, and counts those who wait. */
async function engineOn(journal: Journal, atOnce: AtOnce = {}) {
  const model = { underWay: 0 };
  const respond: Model['respond'] = (_request, { signal }) => {
    model.underWay++;
    return new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => {
        model.underWay--;
        reject(signal.reason);
      }),
    );
  };
  const engine = await openEngine({
    crews: [crewDefinition(newsroom)],
    journal,
    models: () => ({ type: 'model', name: 'slow', respond }),
    log: silentLog,
    atOnce,
  });
  return { engine, model };
}

/** Appends wait until `recorded`, from when `waits` is set. */
function withSlowAppends() {
  const store = memoryJournal();
  const recorded = deferred();
  const appends = { wait: false };
  const journal = slowJournal(store, async (name) => {
    if (name === 'append' && appends.wait) await recorded.promise;
  });
  return { store, journal, recorded, appends };
}

test('a start that is being recorded while the node stops is durable, and nothing of it goes on here', async () => {
  const { store, journal, recorded, appends } = withSlowAppends();
  const { engine, model } = await engineOn(journal);
  appends.wait = true;
  const starting = engine.start('newsroom', { topic: 'tea' }, { requestedBy: 'user:rita' });
  const closing = engine.close();
  recorded.resolve();
  const { id } = await starting;
  await closing;
  expect(model.underWay).toBe(0);
  expect((await store.read(id)).length).toBeGreaterThan(0);
  expect(await store.nodes()).toEqual([]);
});

test('so is a fork', async () => {
  const { store, journal, recorded, appends } = withSlowAppends();
  const { engine, model } = await engineOn(journal);
  const { id } = await engine.start('newsroom', { topic: 'tea' }, { requestedBy: 'user:rita' });
  await expect.poll(() => model.underWay).toBe(1);
  await engine.cancel(id, 'no more', { actor: RITA });
  await expect.poll(() => model.underWay).toBe(0);
  appends.wait = true;
  const forking = engine.fork(id, 1, { actor: RITA });
  // It has read what it forks, and records it.
  await new Promise((resolve) => setImmediate(resolve));
  const closing = engine.close();
  recorded.resolve();
  await closing;
  const fork = await forking.catch((error: unknown) => error);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(model.underWay).toBe(0);
  // Durable, whether its note in the other run's journal was written or came too late.
  const runs = (await store.runs({})).items;
  expect(runs).toHaveLength(2);
  expect(fork instanceof Error ? fork : (fork as { id: string }).id).toEqual(
    fork instanceof Error ? expect.objectContaining({ code: 'UNAVAILABLE' }) : runs[0]?.id,
  );
});

test('a node stops in order also where a look for runs fails just then', async () => {
  const store = memoryJournal();
  const failing = deferred();
  let fails = false;
  const journal = slowJournal(store, async (name) => {
    if (name !== 'orphans' || !fails) return;
    await failing.promise;
    throw new HoldpointError('UNAVAILABLE', 'The store is away.');
  });
  const { engine, model } = await engineOn(journal, { runs: 2 });
  const start = () => engine.start('newsroom', { topic: 'tea' }, { requestedBy: 'user:rita' });
  const { id } = await start();
  await start();
  await expect.poll(() => model.underWay).toBe(2);
  fails = true;
  // A place becomes free, so the node looks for a run that waits for one.
  await engine.cancel(id, 'no more', { actor: RITA });
  await expect.poll(() => model.underWay).toBe(1);
  const closing = engine.close();
  failing.resolve();
  await closing;
  expect(model.underWay).toBe(0);
  expect(await store.nodes()).toEqual([]);
});
