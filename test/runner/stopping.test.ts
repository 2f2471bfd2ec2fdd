import { expect, test } from 'vitest';
import { defineCrew } from '../../src/index.ts';
import { memoryJournal } from '../../src/testing.ts';
import { answer, deferred, openDesk } from '../support/desk.ts';

const agents = { a: { role: 'A', goal: 'A' } };
const first = { agent: 'a', description: 'F' } as const;

test('a function of the crew that never answers does not keep a stopping engine: nothing of its step is recorded', async () => {
  const asked = deferred();
  let isStuck = true;
  const crew = defineCrew({
    name: 'stuck',
    agents,
    tasks: {
      first,
      second: {
        agent: 'a',
        description: 'S',
        when: () => {
          asked.resolve();
          return isStuck ? new Promise<boolean>(() => undefined) : true;
        },
      },
    },
  });
  const journal = memoryJournal();
  const before = await openDesk(crew, [answer('one')], { journal });
  const run = await before.start();
  await asked.promise;
  const recorded = await before.types(run);
  await before.engine.close();
  expect(await before.types(run)).toEqual(recorded);

  isStuck = false;
  await using after = await openDesk(crew, [answer('one'), answer('two')], { journal });
  expect(await after.engine.outcome(run)).toMatchObject({ status: 'completed' });
  await after.check(run);
});

test('a hook that is cut off by a stop is asked again at the next start, and does not count as failed', async () => {
  const asked = deferred();
  let isStuck = true;
  const crew = defineCrew({
    name: 'stuck',
    agents,
    hooks: {
      beforeTask: ({ task, signal }) => {
        if (task !== 'second' || !isStuck) return undefined;
        asked.resolve();
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    },
    tasks: { first, second: { agent: 'a', description: 'S' } },
  });
  const journal = memoryJournal();
  const before = await openDesk(crew, [answer('one')], { journal });
  const run = await before.start();
  await asked.promise;
  await before.engine.close();
  expect(await before.types(run)).not.toContain('hold.opened');

  isStuck = false;
  await using after = await openDesk(crew, [answer('one'), answer('two')], { journal });
  expect(await after.engine.outcome(run)).toMatchObject({ status: 'completed' });
});
