import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { Model } from '../../src/crew/model.ts';
import { defineCrew } from '../../src/index.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import type { AtOnce } from '../../src/runner/at-once.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { scriptedModel } from '../../src/testing.ts';
import { answer } from '../support/desk.ts';

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
