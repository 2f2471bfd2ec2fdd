import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HoldpointError } from '../../src/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal, type SqliteJournalOptions } from '../../src/journal/sqlite-journal.ts';
import { verifyChain } from '../../src/journal/verify.ts';
import { startJournalChild } from '../support/journal-child-process.ts';
import { amendmentOf, appendOf, OWNER, proposed, runId } from '../support/sample-journal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
let opened: (Journal | Database.Database)[];
beforeEach(async () => {
  folder = await temporaryFolder();
  path = `${folder.path}/holdpoint.db`;
  opened = [];
});
afterEach(async () => {
  for (const each of opened.reverse()) await each.close();
  await folder.remove();
});

async function open(options: Partial<SqliteJournalOptions> = {}): Promise<Journal> {
  const journal = await openSqliteJournal({ path, ...options });
  opened.push(journal);
  return journal;
}

/** Another program that keeps the write lock, until the test gives it back. */
function lock(): Database.Database {
  const db = new Database(path);
  opened.push(db);
  db.exec('BEGIN IMMEDIATE');
  return db;
}

const run = runId('one');

test('a run that another process claimed refuses its old owner', async () => {
  const journal = await open();
  const { batch, head } = appendOf(run);
  await journal.append(batch);
  const child = startJournalChild([path, 'claim', 'one']);
  await child.ended;
  expect(child.lines).toEqual([{ claimed: { epoch: 2, from: OWNER } }]);
  const late = journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
  await expect(late).rejects.toMatchObject({ code: 'OWNER_LOST' });
  expect(await journal.read(run)).toHaveLength(1);
});

test('processes write one file in turn, and readers see whole appends meanwhile', async () => {
  const journal = await open();
  const children = ['a', 'b'].map((name) => startJournalChild([path, 'append', name]));
  const reader = await open({ readonly: true });
  let reads = 0;
  await vi.waitFor(
    async () => {
      for (const { id } of (await reader.runs({})).items) {
        const events = await reader.read(id);
        expect(verifyChain(events)).toMatchObject({ ok: true });
        expect(events.length % 2).toBe(1);
        reads++;
      }
      expect(children.every(({ lines }) => lines.length > 50)).toBe(true);
    },
    { timeout: 15_000, interval: 1 },
  );
  await journal.append(appendOf(runId('mine')).batch);
  for (const { child, ended } of children) {
    child.kill('SIGKILL');
    await ended;
  }
  expect(reads).toBeGreaterThan(2);
  expect((await journal.runs({})).items).toHaveLength(3);
});

test('a write waits for a lock held elsewhere without stopping the process, and readers do not wait', async () => {
  const journal = await open();
  const { batch, head } = appendOf(run);
  await journal.append(batch);
  const locked = lock();
  let isDone = false;
  const append = journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch).then(() => {
    isDone = true;
  });
  let ticks = 0;
  await vi.waitFor(() => expect(++ticks).toBe(20), { interval: 5 });
  expect(await journal.read(run)).toHaveLength(1);
  expect(isDone).toBe(false);
  locked.exec('ROLLBACK');
  await append;
  expect(await journal.read(run)).toHaveLength(2);
});

test('a lock held for too long: the writes are refused, their writers told, and later ones succeed', async () => {
  const errors: HoldpointError[] = [];
  const journal = await open({ busyTimeoutMs: 100, onError: (error) => errors.push(error) });
  const { batch, head } = appendOf(run);
  await journal.append(batch);
  const locked = lock();
  const refused = await Promise.allSettled([
    journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch),
    journal.amend(run, null, () => amendmentOf(run, head)),
  ]);
  for (const result of refused) {
    expect(result).toMatchObject({
      status: 'rejected',
      reason: { code: 'UNAVAILABLE', cause: { code: 'SQLITE_BUSY' } },
    });
  }
  expect(errors.map(({ message }) => message)).toEqual([
    `The database ${path} cannot be written: another process kept it locked. Try again, or stop that process. Nothing was recorded.`,
  ]);
  locked.exec('ROLLBACK');
  await journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
  expect(await journal.read(run)).toHaveLength(2);
});

test('closing waits for writes in progress and refuses later ones', async () => {
  const journal = await open();
  const { batch, head } = appendOf(run);
  const locked = lock();
  const first = journal.append(batch);
  const closing = journal.close();
  const second = journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
  await expect(second).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  locked.exec('ROLLBACK');
  await Promise.all([first, closing]);
  await expect(journal.read(run)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await (await open()).read(run)).toHaveLength(1);
});

test('more writes than one transaction takes are all kept, in order', async () => {
  const journal = await open();
  let { batch, head } = appendOf(run);
  const appends = [journal.append(batch)];
  for (let n = 0; n < 1_200; n++) {
    ({ batch, head } = appendOf(run, { head, drafts: [proposed(`${n}`)] }));
    appends.push(journal.append(batch));
  }
  await Promise.all(appends);
  expect(verifyChain(await journal.read(run), { head: head.hash })).toMatchObject({ ok: true, count: 1_201 });
});
