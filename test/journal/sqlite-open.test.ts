import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { appendOf, proposed, runId } from '../support/sample-journal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = `${folder.path}/holdpoint.db`;
});
afterEach(() => folder.remove());

const run = runId('one');
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

async function filled(events = 1): Promise<void> {
  const journal = await openSqliteJournal({ path });
  const drafts = Array.from({ length: events - 1 }, () => proposed('x'.repeat(3_000)));
  const { batch, head } = appendOf(run);
  await journal.append(batch);
  if (drafts.length > 0) await journal.append(appendOf(run, { head, drafts }).batch);
  await journal.close();
}

function changed(pragma: string): void {
  const db = new Database(path);
  db.pragma(pragma);
  db.close();
}

test('creates folder and file for their owner alone', async () => {
  path = `${folder.path}/a/b/holdpoint.db`;
  const journal = await openSqliteJournal({ path });
  await journal.append(appendOf(run).batch);
  expect([`${folder.path}/a`, `${folder.path}/a/b`].map(modeOf)).toEqual(['700', '700']);
  expect([path, `${path}-wal`, `${path}-shm`].map(modeOf)).toEqual(['600', '600', '600']);
  await journal.close();
});

test('writes are synced before they are acknowledged, and the file is left whole', async () => {
  await filled();
  expect(existsSync(`${path}-wal`)).toBe(false);
  const db = new Database(path, { readonly: true });
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
});

test('fills an empty database, once, also when several open it at the same moment', async () => {
  writeFileSync(path, '');
  const journals = await Promise.all([1, 2, 3].map(() => openSqliteJournal({ path })));
  await journals[2]?.append(appendOf(run).batch);
  expect(await journals[0]?.read(run)).toHaveLength(1);
  for (const journal of journals) await journal.close();
});

test('keeps what a database of this version holds', async () => {
  await filled();
  const journal = await openSqliteJournal({ path });
  expect(await journal.read(run)).toHaveLength(1);
  await journal.close();
});

test('refuses a database of a newer version, and leaves it as it is', async () => {
  await filled();
  changed('user_version = 99');
  const before = readFileSync(path);
  const newer = { code: 'DATABASE_NEWER', message: expect.stringMatching(/has version 99.*Update holdpoint/) };
  await expect(openSqliteJournal({ path })).rejects.toMatchObject(newer);
  await expect(openSqliteJournal({ path, readonly: true })).rejects.toMatchObject(newer);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('refuses a database of another program, and leaves it as it is', async () => {
  const db = new Database(path);
  db.exec('CREATE TABLE events (run)');
  db.close();
  const before = readFileSync(path);
  const invalid = { code: 'DATABASE_INVALID', message: expect.stringMatching(/another program.*Name another file/) };
  await expect(openSqliteJournal({ path })).rejects.toMatchObject(invalid);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('refuses a file that is not a database, and leaves it as it is', async () => {
  writeFileSync(path, '{"v":1}\n'.repeat(1_000));
  const before = readFileSync(path);
  const invalid = { code: 'DATABASE_INVALID', message: expect.stringMatching(/not a SQLite database/) };
  await expect(openSqliteJournal({ path })).rejects.toMatchObject(invalid);
  await expect(openSqliteJournal({ path, readonly: true })).rejects.toMatchObject(invalid);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('refuses a path that is a folder, or lies under a file', async () => {
  await filled();
  await expect(openSqliteJournal({ path: folder.path })).rejects.toMatchObject({ code: 'DATABASE_INVALID' });
  await expect(openSqliteJournal({ path: `${path}/x.db` })).rejects.toMatchObject({ code: 'DATABASE_INVALID' });
});

test('says that a database is damaged as soon as it meets the damage', async () => {
  await filled(100);
  const bytes = readFileSync(path);
  // The header stays, so opening succeeds.
  bytes.fill(0x5a, 20 * 4096);
  writeFileSync(path, bytes);
  const journal = await openSqliteJournal({ path });
  const damaged = { code: 'DATABASE_INVALID', message: expect.stringMatching(/is damaged.*Restore it/) };
  await expect(journal.read(run)).rejects.toMatchObject(damaged);
  await journal.close();
});

test('reading only: creates nothing, and says how a database comes to be', async () => {
  const opening = openSqliteJournal({ path: `${folder.path}/none/holdpoint.db`, readonly: true });
  await expect(opening).rejects.toMatchObject({
    code: 'DATABASE_INVALID',
    message: expect.stringContaining('holdpoint serve'),
  });
  expect(existsSync(`${folder.path}/none`)).toBe(false);
  writeFileSync(path, '');
  await expect(openSqliteJournal({ path, readonly: true })).rejects.toMatchObject({ code: 'DATABASE_INVALID' });
  expect(readFileSync(path)).toHaveLength(0);
});

test('reading only: reads, and refuses to write', async () => {
  await filled();
  const journal = await openSqliteJournal({ path, readonly: true });
  expect(await journal.read(run)).toHaveLength(1);
  await expect(journal.claim(run, 'node_b')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await journal.close();
});
