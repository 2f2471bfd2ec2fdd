import { expect, test } from 'vitest';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { RunWatcher } from '../../src/server/run-watcher.ts';
import { appendOf, proposed, runId } from '../support/sample-journal.ts';

const run = runId('watched');

test('what a client does not take is not kept for it, but read again, in smaller pieces, and larger ones once it takes them', async () => {
  const journal = memoryJournal();
  const { batch, head } = appendOf(run);
  await journal.append(batch);
  const more = appendOf(run, { head, drafts: Array.from({ length: 249 }, (_, n) => proposed(`${n}`)) });
  await journal.append(more.batch);
  const asked: { after: number; limit: number }[] = [];
  const told: number[] = [];
  let room = 3;
  const watcher = new RunWatcher({
    journal: {
      read: (id, { after = 0, limit = 0 } = {}) => {
        asked.push({ after, limit });
        return journal.read(id, { after, limit });
      },
    },
    runId: run,
    after: 0,
    send: ({ seq }) => {
      told.push(seq);
      room--;
    },
    congested: () => room <= 0,
    onError: (error) => {
      throw error;
    },
  });
  watcher.wake();
  await expect.poll(() => told).toEqual([1, 2, 3]);
  expect(asked).toEqual([{ after: 0, limit: 100 }]);
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
