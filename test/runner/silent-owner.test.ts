import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { scriptedModel } from '../../src/agents/scripted-model.ts';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { defineCrew, defineTool } from '../../src/index.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { call } from '../../src/testing.ts';
import { answer, deferred, person } from '../support/desk.ts';
import { manualClock } from '../support/manual-clock.ts';
import { checkRun, eventsOf } from '../support/run-invariants.ts';

const TIMEOUT_MS = 60_000;
const GRACE_MS = 5_000;

/** The store as a process reaches it: from `freeze` on, nothing it asks for is done until it thaws. */
function reached(store: Journal) {
  let frozen: Promise<void> | null = null;
  const journal = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]) => {
        await frozen;
        return Reflect.apply(member, target, given);
      };
    },
  });
  const freeze = (thaw: Promise<void>) => {
    frozen = thaw;
  };
  return { journal, freeze };
}

function desk() {
  const paid = deferred();
  const runs: string[] = [];
  const pay = defineTool({
    name: 'pay',
    description: 'Pay.',
    input: z.strictObject({}),
    tier: 'automatic',
    timeout: '60s',
    execute: async (_input, { runId }) => {
      runs.push(runId);
      await paid.promise;
      return 'paid';
    },
  });
  const agents = { a: { role: 'A', goal: 'A', tools: [pay] } };
  const crew = crewDefinition(defineCrew({ name: 'desk', agents, tasks: { t: { agent: 'a', description: 'T' } } }));
  return { crew, runs, paid };
}

test('what an owner that is only silent had begun is asked about once its timeout and grace are over, and not before', async () => {
  const clock = manualClock();
  const store = memoryJournal({ now: () => Date.parse(clock.now()) });
  const { crew, runs, paid } = desk();
  const model = scriptedModel([call('pay', {}), answer('done')]);
  const open = async (journal: Journal) => {
    const engine = await openEngine({ crews: [crew], journal, models: () => model, log: silentLog, clock });
    onTestFinished(() => engine.close());
    return engine;
  };
  const thaw = deferred();
  const { journal, freeze } = reached(store);
  const owner = await open(journal);
  const { id } = await owner.start('desk', {}, { requestedBy: 'user:rita' });
  await expect.poll(() => runs).toEqual([id]);
  const begun = (await eventsOf(store, id)).find(({ type }) => type === 'action.started');
  const overAt = Date.parse(begun?.at ?? '') + TIMEOUT_MS + GRACE_MS;

  // Its process is there, and may go on at any time: nobody can tell.
  freeze(thaw.promise);
  clock.advance(20_000);
  const other = await open(store);
  await expect.poll(async () => (await store.run(id))?.owner).toBe(other.nodeId);
  const failed = async () => (await eventsOf(store, id)).find(({ type }) => type === 'action.failed');
  clock.advance(overAt - Date.parse(clock.now()) - 1);
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(await failed()).toBeUndefined();
  expect((await store.holds({ runId: id })).items).toEqual([]);

  await expect
    .poll(async () => {
      clock.advance(1);
      return failed();
    })
    .toMatchObject({ data: { effect: 'unknown', error: { code: 'OUTCOME_UNKNOWN' } } });
  expect(Date.parse((await failed())?.at ?? '')).toBeGreaterThanOrEqual(overAt);
  const holds = async () => (await store.holds({ runId: id })).items;
  await expect.poll(holds).toMatchObject([{ kind: 'escalation', reasons: [{ code: 'outcome-unknown' }] }]);

  // The zombie comes back with its result: too late to be recorded.
  const before = await eventsOf(store, id);
  paid.resolve();
  thaw.resolve();
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(await eventsOf(store, id)).toEqual(before);
  const [hold] = await holds();
  const value = { choice: 'use', value: 'I looked: it was paid' };
  await other.decide(hold!.id, { digest: hold!.digest, verdict: 'respond', value }, { actor: person('user:ana') });
  expect(await other.outcome(id)).toMatchObject({ status: 'completed' });
  expect(runs).toEqual([id]);
  await checkRun(store, id, { crew });
});
