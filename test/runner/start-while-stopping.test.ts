import { expect, test } from 'vitest';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { Model } from '../../src/crew/model.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import newsroom from '../fixtures/crews/newsroom.crew.ts';
import { deferred } from '../support/desk.ts';

test('a start that is being recorded while the node stops is durable, and nothing of it goes on here', async () => {
  const recorded = deferred();
  const store = memoryJournal();
  const slow: Journal = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]) => {
        if (name === 'append') await recorded.promise;
        return Reflect.apply(member, target, given) as unknown;
      };
    },
  });
  let underWay = 0;
  const model: Model = {
    type: 'model',
    name: 'slow',
    respond: (_request, { signal }) => {
      underWay++;
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          underWay--;
          reject(signal.reason);
        }),
      );
    },
  };
  const engine = await openEngine({
    crews: [crewDefinition(newsroom)],
    journal: slow,
    models: () => model,
    log: silentLog,
  });
  const starting = engine.start('newsroom', { topic: 'tea' }, { requestedBy: 'user:rita' });
  const closing = engine.close();
  recorded.resolve();
  const { id } = await starting;
  await closing;
  expect(underWay).toBe(0);
  expect((await store.read(id)).length).toBeGreaterThan(0);
  expect(await store.nodes()).toEqual([]);
});
