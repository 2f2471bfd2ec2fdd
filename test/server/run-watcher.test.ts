import { expect, test } from 'vitest';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { RunWatcher } from '../../src/server/run-watcher.ts';
import { SharedPages } from '../../src/server/shared-pages.ts';
import { countTurns } from '../support/count-turns.ts';
import { appendOf, proposed, runId, started } from '../support/sample-journal.ts';

const run = runId('watched');

test('a client is read few events at first, what it does not take again, in smaller pieces, and more once it takes them', async () => {
  const journal = memoryJournal();
  const { batch, head } = appendOf(run);
  await journal.append(batch);
  const more = appendOf(run, { head, drafts: Array.from({ length: 249 }, (_, n) => proposed(`${n}`)) });
  await journal.append(more.batch);
  const asked: { after: number; limit: number }[] = [];
  const told: number[] = [];
  let room = 3;
  const pages = new SharedPages({
    journal: {
      read: (id, { after = 0, limit = 0 } = {}) => {
        asked.push({ after, limit });
        return journal.read(id, { after, limit });
      },
    },
    send: ({ seq }) => {
      told.push(seq);
      room--;
    },
  });
  const watcher = new RunWatcher({
    ...{ pages, socketId: 'slow', runId: run, after: 0 },
    congested: () => room <= 0,
    onError: (error) => {
      throw error;
    },
  });
  watcher.wake();
  await expect.poll(() => told).toEqual([1, 2, 3]);
  expect(asked).toEqual([{ after: 0, limit: 8 }]);
  room = 1_000;
  await expect.poll(() => told.length).toBe(250);
  expect(told).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
  expect(asked.slice(1)).toEqual([
    { after: 3, limit: 3 },
    { after: 6, limit: 6 },
    { after: 12, limit: 12 },
    { after: 24, limit: 24 },
    { after: 48, limit: 48 },
    { after: 96, limit: 96 },
    { after: 192, limit: 100 },
  ]);
  watcher.stop();
});

test('those who watch a run from the same place share a reading, and one message an event; who is congested goes on alone', async () => {
  const journal = memoryJournal();
  const { batch, head } = appendOf(run, { drafts: Array.from({ length: 9 }, (_, n) => proposed(`${n}`)) });
  await journal.append(batch);
  let reads = 0;
  let messages = 0;
  const told = new Map(['a', 'b', 'c'].map((id) => [id, [] as number[]]));
  let congested = false;
  const pages = new SharedPages({
    journal: {
      read: (...query) => {
        reads++;
        return journal.read(...query);
      },
    },
    send: ({ seq }, socketIds) => {
      messages++;
      for (const id of socketIds) told.get(id)?.push(seq);
      congested = seq === 4;
    },
  });
  const watchers = [...told.keys()].map((socketId) => {
    return new RunWatcher({
      ...{ pages, socketId, runId: run, after: 0, onError: (error) => expect.fail(String(error)) },
      congested: () => socketId === 'c' && congested,
    });
  });
  for (const watcher of watchers) watcher.wake();
  const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
  await expect.poll(() => [...told.values()]).toEqual([upTo(9), upTo(9), upTo(9)]);
  // Two pages once for all; from the fifth event on again, in pieces of 4, for the one that was congested.
  expect({ reads, messages }).toEqual({ reads: 2 + 2, messages: 9 + 5 });
  await journal.append(appendOf(run, { head, drafts: [proposed('late')] }).batch);
  for (const watcher of watchers) watcher.wake();
  await expect.poll(() => [...told.values()]).toEqual([upTo(10), upTo(10), upTo(10)]);
  for (const watcher of watchers) watcher.stop();
});

test('a long run goes to many who open it with turns for others in between', async () => {
  const journal = memoryJournal();
  const drafts = [started(), ...Array.from({ length: 999 }, (_, n) => proposed(`${n}`))];
  await journal.append(appendOf(run, { drafts }).batch);
  const told = new Map<string, number[]>();
  const all = Promise.withResolvers<void>();
  let reads = 0;
  const pages = new SharedPages({
    journal: {
      read: (...query) => {
        reads++;
        return journal.read(...query);
      },
    },
    send: ({ seq }, socketIds) => {
      for (const id of socketIds) told.set(id, [...(told.get(id) ?? []), seq]);
      if (seq === drafts.length) all.resolve();
    },
  });
  const ids = Array.from({ length: 20 }, (_, n) => `${n}`);
  const watchers = ids.map((socketId) => {
    return new RunWatcher({
      ...{ pages, socketId, runId: run, after: 0, onError: (error) => expect.fail(String(error)) },
      congested: () => false,
    });
  });
  const turns = await countTurns(async () => {
    // As sockets do that ask one after the other: in one turn, but not in one tick.
    for (const watcher of watchers) setImmediate(() => watcher.wake());
    await all.promise;
  });
  // One after each 500 messages, and one before each page, which all of them read together.
  expect(turns).toBeGreaterThan(40);
  expect(reads).toBe(13);
  expect([...told.values()]).toEqual(ids.map(() => drafts.map((_, index) => index + 1)));
  for (const watcher of watchers) watcher.stop();
});

test('what happens to a run that is followed waits for no turn of the event loop', async () => {
  const journal = memoryJournal();
  const { batch, head } = appendOf(run);
  await journal.append(batch);
  const told: number[] = [];
  let heard = Promise.withResolvers<void>();
  const pages = new SharedPages({
    journal,
    send: ({ seq }) => {
      told.push(seq);
      heard.resolve();
    },
  });
  const onError = (error: unknown) => expect.fail(String(error));
  const watcher = new RunWatcher({ pages, socketId: 'a', runId: run, after: 0, congested: () => false, onError });
  const wake = () => {
    watcher.wake();
    return heard.promise;
  };
  // Who opens it shares the reading of all who open it in the same turn.
  expect(await countTurns(wake)).toBe(1);
  heard = Promise.withResolvers();
  await journal.append(appendOf(run, { head, drafts: [proposed('later')] }).batch);
  expect(await countTurns(wake)).toBe(0);
  expect(told).toEqual([1, 2]);
  watcher.stop();
});

test('one that is woken while others read finds what they do not', async () => {
  const journal = memoryJournal();
  const { batch, head } = appendOf(run);
  await journal.append(batch);
  const told: string[] = [];
  const during = { read: async () => {} };
  const pages = new SharedPages({
    journal: {
      read: async (...query) => {
        const events = await journal.read(...query);
        await during.read();
        return events;
      },
    },
    send: ({ seq }, socketIds) => told.push(...socketIds.map((id) => `${id} ${seq}`)),
  });
  const watcher = (socketId: string) =>
    new RunWatcher({
      pages,
      socketId,
      runId: run,
      after: 0,
      congested: () => false,
      onError: (error) => expect.fail(String(error)),
    });
  const [first, second] = [watcher('first'), watcher('second')];
  during.read = async () => {
    during.read = async () => {};
    await journal.append(appendOf(run, { head, drafts: [proposed('late')] }).batch);
    second.wake();
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  first.wake();
  await expect.poll(() => told.filter((line) => line.startsWith('second'))).toEqual(['second 1', 'second 2']);
  first.stop();
  second.stop();
});
