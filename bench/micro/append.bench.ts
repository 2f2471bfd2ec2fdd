import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, test } from 'vitest';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { appendOf, proposed, runId } from '../../test/support/sample-journal.ts';

/** One append of one event, each with its own sync, beside one row in a table of its own with the same settings. */

const folder = await mkdtemp(join(tmpdir(), 'holdpoint-micro-'));
const plain = new Database(join(folder, 'plain.db'));
plain.pragma('journal_mode = WAL');
plain.pragma('synchronous = FULL');
plain.exec('CREATE TABLE rows (text TEXT)');
const insert = plain.prepare('INSERT INTO rows VALUES (?)');
const sqlite = await openSqliteJournal({ path: join(folder, 'holdpoint.db') });
const memory = memoryJournal();

afterAll(async () => {
  await sqlite.close();
  plain.close();
  await rm(folder, { recursive: true });
});

/** Appends to one run, an event at a time. */
function appender(journal: typeof memory, name: string) {
  const run = runId(name);
  const first = appendOf(run);
  const begun = journal.append(first.batch);
  let { head } = first;
  return async () => {
    await begun;
    const next = appendOf(run, { head, drafts: [proposed('A text of some forty letters, as it were.')] });
    await journal.append(next.batch);
    head = next.head;
  };
}

test('appending one event', async ({ bench }) => {
  const text = JSON.stringify(appendOf(runId('plain')).batch.events);
  await bench.compare(
    bench('a row of SQLite, synced', () => void insert.run(text)),
    bench('the journal in SQLite, synced', appender(sqlite, 'a')),
    bench('the journal in memory', appender(memory, 'b')),
  );
});

test('appending to 8 runs at a time', async ({ bench }) => {
  const runs = Array.from({ length: 8 }, (_, index) => appender(sqlite, `many-${index}`));
  await bench(
    'the journal in SQLite, one sync for all',
    async () => void (await Promise.all(runs.map((append) => append()))),
  ).run();
});
