import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { Model } from '../../src/crew/model.ts';
import { defineCrew } from '../../src/index.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import type { AtOnce } from '../../src/runner/at-once.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { scriptedModel } from '../../src/testing.ts';
import { answer, person } from '../support/desk.ts';
import { slowJournal } from '../support/slow-journal.ts';

const crewNamed = (name: string) =>
  crewDefinition(
    defineCrew({ name, agents: { a: { role: 'A', goal: 'A' } }, tasks: { t: { agent: 'a', description: 'T' } } }),
  );

/** A model that counts how many ask it at the same moment. */
function busyModel(): Model & { readonly most: () => number } {
  let now = 0;
  let most = 0;
  const inner = scriptedModel(Array.from({ length: 60 }, () => answer('done')));
  return {
    ...inner,
    name: 'busy',
    most: () => most,
    async respond(request, options) {
      most = Math.max(most, ++now);
      await delay(5);
      now--;
      return inner.respond(request, options);
    },
  };
}

async function mostAtOnce(atOnce: AtOnce): Promise<number> {
  const model = busyModel();
  const engine = await openEngine({
    crews: [crewNamed('one'), crewNamed('two')],
    journal: memoryJournal(),
    models: () => model,
    log: pino({ level: 'silent' }),
    atOnce,
  });
  const started = await Promise.all(
    Array.from({ length: 24 }, (_, n) => engine.start(n < 12 ? 'one' : 'two', {}, { requestedBy: 'user:rita' })),
  );
  for (const { id } of started) expect(await engine.outcome(id)).toMatchObject({ status: 'completed' });
  await engine.close();
  return model.most();
}

test('without limits everything works at once', async () => {
  expect(await mostAtOnce({})).toBe(24);
});

test('a limit on runs: the others wait for their turn, and all end', async () => {
  expect(await mostAtOnce({ runs: 5 })).toBeLessThanOrEqual(5);
});

test('a limit on a crew leaves the other crew alone', async () => {
  const most = await mostAtOnce({ crews: { one: 2 } });
  expect(most).toBeGreaterThanOrEqual(12);
  expect(most).toBeLessThanOrEqual(14);
});

test('a limit on a model: calls wait, runs do not', async () => {
  expect(await mostAtOnce({ models: { busy: 3 } })).toBe(3);
});

test('a run that is decided on while its driver ends, and has waited for a place, is taken once', async () => {
  const store = memoryJournal();
  const claims = new Map<string, number>();
  const journal = slowJournal(store, (name, [runId]) => {
    if (name === 'claim') claims.set(String(runId), (claims.get(String(runId)) ?? 0) + 1);
  });
  const errors: string[] = [];
  const crew = defineCrew({
    name: 'one',
    agents: { a: { role: 'A', goal: 'A' } },
    tasks: { t: { agent: 'a', description: 'T', confirm: 'after' } },
  });
  const engine = await openEngine({
    crews: [crewDefinition(crew)],
    journal,
    models: () => scriptedModel([answer('done')]),
    log: { ...silentLog, error: (_data, message = '') => void errors.push(message) },
    atOnce: { crews: { one: 1 } },
  });
  const decided: Promise<unknown>[] = [];
  engine.on({
    committed: ({ holds }) => {
      for (const { id, status, digest } of holds)
        if (status === 'open')
          decided.push(engine.decide(id, { digest, verdict: 'approve' }, { actor: person('user:ana') }));
    },
  });
  for (let n = 0; n < 5; n++) {
    const { id } = await engine.start('one', {}, { requestedBy: 'user:rita' });
    expect(await engine.outcome(id)).toMatchObject({ status: 'completed' });
  }
  expect(await Promise.allSettled(decided)).toMatchObject(decided.map(() => ({ status: 'fulfilled' })));
  await engine.close();
  expect(errors).toEqual([]);
  expect(decided).toHaveLength(5);
  expect([...claims.values()]).toEqual([1, 1, 1, 1, 1]);
});
