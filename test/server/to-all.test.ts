import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ToAll } from '../../src/server/to-all.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** What each of so many readers has heard. */
function readers(count: number) {
  const ids = Array.from({ length: count }, (_, index) => `r${index + 1}`);
  const heard = new Map<string, string[]>(ids.map((id) => [id, []]));
  let writes = 0;
  const all = new ToAll<string>({
    readers: () => [...heard.keys()],
    send: (message, some) => {
      writes += some.length;
      for (const id of some) heard.get(id)?.push(message);
    },
  });
  return { all, heard, writes: () => writes };
}

test('few are told at once', () => {
  const { all, heard } = readers(3);
  all.add('opened');
  all.add('closed');
  expect([...heard.values()]).toEqual([1, 2, 3].map(() => ['opened', 'closed']));
});

test('many are told fifty at a turn of the event loop, each in the order of the messages', async () => {
  const { all, heard, writes } = readers(120);
  all.add('opened');
  all.add('closed');
  expect(writes()).toBe(50);
  const perTurn: number[] = [];
  const look = () => {
    perTurn.push(writes());
    if (writes() < 240) setImmediate(look);
  };
  setImmediate(look);
  await vi.runAllTimersAsync();
  expect(perTurn).toEqual([100, 150, 200, 240]);
  expect([...heard.values()]).toEqual(Array.from(heard, () => ['opened', 'closed']));
});

test('so are many messages of one moment, and who comes later is told of what comes later', async () => {
  const { all, heard, writes } = readers(2);
  for (let n = 0; n < 60; n++) all.add(`${n}`);
  expect(writes()).toBe(50);
  heard.set('late', []);
  all.add('last');
  await vi.runAllTimersAsync();
  expect(heard.get('r1')).toEqual([...Array.from({ length: 60 }, (_, n) => `${n}`), 'last']);
  expect(heard.get('late')).toEqual(['last']);
});

test('nothing is sent once it is closed', async () => {
  const { all, writes } = readers(120);
  all.add('opened');
  all.close();
  all.add('closed');
  await vi.runAllTimersAsync();
  expect(writes()).toBe(50);
  expect(vi.getTimerCount()).toBe(0);
});
