import { expect, test } from 'vitest';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { countTurns } from '../support/count-turns.ts';
import { appendOf, proposed, runId } from '../support/sample-journal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = runId('long');

async function openLong(events: number) {
  const folder = await temporaryFolder();
  const journal = await openSqliteJournal({ path: `${folder.path}/holdpoint.db` });
  const { batch, head } = appendOf(run);
  await journal.append(batch);
  const drafts = Array.from({ length: events - head.seq }, (_, n) => proposed(`${n}`));
  const more = appendOf(run, { head, drafts });
  await journal.append(more.batch);
  const close = async () => {
    await journal.close();
    await folder.remove();
  };
  return { journal, head: more.head, [Symbol.asyncDispose]: close };
}

test('a long run is read whole, and others have their turn meanwhile', async () => {
  await using long = await openLong(2_100);
  const { journal } = long;
  const seqs = async (options?: Parameters<typeof journal.read>[1]) =>
    (await journal.read(run, options)).map(({ seq }) => seq);
  const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);
  expect(await seqs()).toEqual(from(1, 2_100));
  expect(await seqs({ after: 1_100 })).toEqual(from(1_101, 2_100));
  expect(await seqs({ after: 100, limit: 1_000 })).toEqual(from(101, 1_100));
  expect((await seqs({ type: 'task.proposed' })).length).toBeGreaterThan(2_000);
  expect(await countTurns(() => journal.read(run))).toBe(4);
  expect(await countTurns(() => journal.read(run, { limit: 400 }))).toBe(0);
});

test('a run that is added to while it is read is read to its end, and one that is removed is unknown', async () => {
  await using long = await openLong(1_000);
  const { journal, head } = long;
  const { batch } = appendOf(run, { head, drafts: [proposed('one more')] });
  const added = journal.read(run);
  await journal.append(batch);
  expect((await added).length).toBe(1_001);
  await journal.rest(run, 1, batch.events[0]!.hash, batch.summary);
  const removed = journal.read(run);
  await journal.remove(run, 1_001);
  expect(await removed).toEqual([]);
});
