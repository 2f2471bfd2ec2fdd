import { expect, test } from 'vitest';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { HoldpointError } from '../../src/errors.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { scriptedModel } from '../../src/testing.ts';
import newsroom from '../fixtures/crews/newsroom.crew.ts';
import { answer } from '../support/desk.ts';
import { manualClock } from '../support/manual-clock.ts';
import { slowJournal } from '../support/slow-journal.ts';

const APPROVER = { user: 'user:ana', roles: ['reviewer' as const], groups: [] };

/** A held run on a store that may be away; `reads` counts how often the run's row was asked for. */
async function heldRun() {
  const store = { isAway: false, reads: 0 };
  const journal = slowJournal(memoryJournal(), (name) => {
    if (name !== 'run') return;
    store.reads++;
    if (store.isAway) throw new HoldpointError('UNAVAILABLE', 'The store is away.');
  });
  const clock = manualClock();
  const engine = await openEngine({
    ...{ crews: [crewDefinition(newsroom)], journal, log: silentLog, clock },
    models: () => scriptedModel(['facts', 'draft', 'edited'].map((text) => answer(text))),
  });
  const { id } = await engine.start('newsroom', { topic: 'tea' }, { requestedBy: 'user:rita' });
  await engine.settled(id);
  const approve = async () => {
    const { holds } = { holds: (await journal.holds({ status: 'open' })).items };
    for (const { id: hold, digest } of holds)
      await engine.decide(hold, { digest, verdict: 'approve' }, { actor: APPROVER });
  };
  return { engine, store, clock, id, approve };
}

const turns = async () => {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
};

test('who waits for a run goes on waiting while the store is away', async () => {
  const { engine, store, clock, id, approve } = await heldRun();
  const outcome = engine.outcome(id);
  let ended = false;
  outcome
    .finally(() => {
      ended = true;
    })
    .catch(() => undefined);
  await turns();
  store.isAway = true;
  for (let n = 0; n < 3; n++) {
    clock.advance(1_000);
    await turns();
  }
  expect(ended).toBe(false);
  store.isAway = false;
  await approve();
  clock.advance(1_000);
  expect(await outcome).toMatchObject({ status: 'completed' });
  await engine.close();
});

test('and is told when the engine is closed', async () => {
  const { engine, id } = await heldRun();
  const outcome = engine.outcome(id);
  const told = expect(outcome).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await turns();
  await engine.close();
  await told;
  await expect(engine.settled(id)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('a run that nobody knows is said at once', async () => {
  const { engine } = await heldRun();
  await expect(engine.outcome('run_none' as never)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  await engine.close();
});

test('many who wait for one run cost one look a second', async () => {
  const { engine, store, clock, id, approve } = await heldRun();
  const outcomes = Array.from({ length: 100 }, () => engine.outcome(id));
  await turns();
  const before = store.reads;
  clock.advance(1_000);
  await turns();
  // The sweep may look as well.
  expect(store.reads - before).toBeLessThan(5);
  await approve();
  clock.advance(1_000);
  for (const { status } of await Promise.all(outcomes)) expect(status).toBe('completed');
  await engine.close();
});
