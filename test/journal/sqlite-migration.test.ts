import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HoldRecord } from '../../src/hooks/hold.ts';
import { decisionsOn, type FoundDecision } from '../../src/hooks/past-decision.ts';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { type RunId, SYSTEM_JOURNAL } from '../../src/ids.ts';
import type { JournalEvent } from '../../src/journal/envelope.ts';
import { exportLines } from '../../src/journal/export.ts';
import type { Answered, Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { verifyChain } from '../../src/journal/verify.ts';
import { startJournalChild } from '../support/journal-child-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A database that version 1 wrote: held, decided, modified, rejected and erased runs, and the journal of no run. */
const VERSION_1 = readFileSync(new URL('../fixtures/databases/v1.sql', import.meta.url), 'utf8');
const VALUE = { digest: 'b'.repeat(64), value: ['large', 1.5, null] };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = `${folder.path}/holdpoint.db`;
  const db = new Database(path);
  db.exec(`BEGIN; ${VERSION_1}; COMMIT`);
  db.prepare("INSERT INTO payloads (run, digest, value) SELECT id, ?, ? FROM runs WHERE crew = 'plain'").run(
    ...[VALUE.digest, JSON.stringify(VALUE.value)],
  );
  db.close();
});
afterEach(() => folder.remove());

interface Row {
  readonly [column: string]: string | number | null;
}

function changed(work: (db: Database.Database) => void): void {
  const db = new Database(path);
  work(db);
  db.close();
}

/** What the rows of version 1 say, read as that version read them. */
function written() {
  const db = new Database(path, { readonly: true });
  const all = (text: string) => db.prepare<unknown[], Row>(text).all();
  const json = (text: unknown) => JSON.parse(String(text)) as unknown;
  const events = all('SELECT * FROM events ORDER BY run, seq').map(({ data, salt, data_hash, ...rest }) => {
    const content = { ...(data === null ? {} : { data: json(data) }), ...(salt === null ? {} : { salt }) };
    return { v: 1, ...rest, ...content, dataHash: data_hash } as unknown as JournalEvent;
  });
  const runs = all('SELECT * FROM runs ORDER BY n').map(({ n, summary, seq, hash, at, wake, ...rest }) => {
    const { id: _id, crew: _crew, status: _status, started_at: _startedAt, ...row } = rest;
    return { n, row: { ...row, summary: json(summary), head: { seq, hash, at }, wake: wake === 1 } };
  });
  const holds = all('SELECT * FROM holds ORDER BY n').map(({ record }) => json(record) as HoldRecord);
  const answers = all('SELECT * FROM requests ORDER BY "by", id').map((row) => {
    return { ...row, answer: json(row.answer) } as unknown as Answered;
  });
  const numbers = all("SELECT name, seq FROM sqlite_sequence WHERE name <> 'tokens' ORDER BY name");
  db.close();
  return { events, runs, holds, answers, numbers };
}
type Written = ReturnType<typeof written>;

async function expectAllThere(journal: Journal, { events, runs, holds, answers }: Written): Promise<void> {
  for (const runId of [SYSTEM_JOURNAL, ...runs.map(({ row }) => (row.summary as { id: RunId }).id)]) {
    const own = events.filter(({ run }) => run === runId);
    const read = await journal.read(runId);
    const payloads = await journal.payloads(runId);
    // Byte for byte, and so to the order of members.
    expect([...exportLines(runId, read, [])]).toEqual([...exportLines(runId, own, [])]);
    expect(verifyChain(read, { head: own.at(-1)?.hash ?? '' })).toMatchObject({ ok: true, count: own.length });
    expect(await journal.head(runId)).toMatchObject({ seq: own.length, hash: own.at(-1)?.hash });
    for (const type of new Set(own.map((event) => event.type)))
      expect(await journal.read(runId, { type, after: 1 })).toEqual(
        own.filter((event) => event.type === type && event.seq > 1),
      );
    for (const { seq } of own)
      expect(await journal.read(runId, { after: seq - 1, limit: 1 })).toEqual(own.slice(seq - 1, seq));
    const { summary } = (await journal.run(runId)) ?? {};
    expect(payloads).toEqual(summary?.crew === 'plain' ? [VALUE] : []);
  }
  for (const { row } of runs) expect(await journal.run((row.summary as { id: RunId }).id)).toEqual(row);
  expect((await journal.runs({})).items).toEqual(runs.map(({ row }) => row.summary).reverse());
  for (const hold of holds) expect(await journal.hold(hold.id)).toEqual(hold);
  expect((await journal.holds({})).items).toEqual(holds.toReversed());
  expect(await journal.answers(null, 100)).toEqual(answers);
  const decided = await journal.decided({});
  expect(decided.items).toEqual(holds.flatMap(decisionsOn).sort(lastFirst));
}

function lastFirst(a: FoundDecision, b: FoundDecision): number {
  return b.decision.at.localeCompare(a.decision.at) || b.hold.id.localeCompare(a.hold.id) || b.entry - a.entry;
}

test('a database of version 1 keeps all it holds, and goes on', async () => {
  const before = written();
  expect([before.events.length, before.holds.length, before.answers.length]).toEqual([56, 8, 5]);
  const journal = await openSqliteJournal({ path });
  await expectAllThere(journal, before);
  const [id] = before.runs.map(({ row }) => (row.summary as { id: RunId }).id);
  expect(await journal.remove(id as RunId, before.events.filter(({ run }) => run === id).length)).toBe(true);
  await journal.close();

  const again = await openSqliteJournal({ path });
  const rest = before.runs.slice(1);
  await expectAllThere(again, {
    ...before,
    runs: rest,
    events: before.events.filter(({ run }) => run !== id),
    holds: before.holds.filter(({ runId }) => runId !== id),
    answers: before.answers.filter(({ answer }) => !JSON.stringify(answer).includes(id as string)),
  });
  await again.close();
  changed((db) => {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    // Places in lists are not given out again.
    const last = db.prepare<[string], { seq: number }>('SELECT seq FROM sqlite_sequence WHERE name = ?');
    for (const { name, seq } of before.numbers) expect(last.get(String(name))?.seq).toBeGreaterThanOrEqual(Number(seq));
    expect(db.prepare('SELECT count(*) AS n FROM configs').get()).toEqual({ n: 2 });
  });
});

/** Undoes what version 6 did. */
const TO_VERSION_5 =
  'DROP INDEX runs_awake; CREATE INDEX runs_awake ON runs (owner) WHERE wake = 1; PRAGMA user_version = 5;';

test('a database of version 5 finds the runs that wait, by crew', async () => {
  await (await openSqliteJournal({ path })).close();
  changed((db) => db.exec(`${TO_VERSION_5} UPDATE runs SET wake = 1, owner = NULL WHERE crew = 'plain'`));
  const journal = await openSqliteJournal({ path });
  const waiting = (await journal.underWay()).map(({ runId }) => runId);
  expect(waiting).toHaveLength(1);
  expect(await journal.orphans({ alive: [], room: new Map([['plain', 2]]), limit: 2 })).toEqual(waiting);
  await journal.close();
  // Else a look would go through all runs that wait, of whichever crew.
  changed((db) => expect(db.pragma('index_info(runs_awake)')).toMatchObject([{ name: 'crew' }, { name: 'owner' }]));
});

/** Undoes what version 5 did. */
const TO_VERSION_4 = `${TO_VERSION_5} CREATE INDEX runs_by_status ON runs (status);
  CREATE INDEX holds_by_status ON holds (status); PRAGMA user_version = 4;`;

test('a database of version 4 has the lists it had', async () => {
  const before = written();
  await (await openSqliteJournal({ path })).close();
  changed((db) => db.exec(TO_VERSION_4));
  const journal = await openSqliteJournal({ path });
  await expectAllThere(journal, before);
  const statuses = before.runs.map(({ row }) => (row.summary as RunSummary).status);
  for (const status of new Set(statuses))
    expect((await journal.runs({ status })).items).toHaveLength(statuses.filter((one) => one === status).length);
  await journal.close();
  changed((db) => expect(indexesOf(db)).not.toContain('runs_by_status'));
});

function indexesOf(db: Database.Database): unknown[] {
  return db.prepare("SELECT name FROM sqlite_schema WHERE type = 'index'").pluck().all();
}

test('a database of version 3 lists what was decided before it was updated', async () => {
  const before = written();
  await (await openSqliteJournal({ path })).close();
  changed((db) => db.exec(`${TO_VERSION_4} DROP TABLE decisions; PRAGMA user_version = 3`));
  const journal = await openSqliteJournal({ path });
  await expectAllThere(journal, before);
  expect((await journal.decided({})).items.length).toBeGreaterThan(3);
  await journal.close();
});

test('a process killed in the middle of the update leaves the old version, and one killed after it the new', async () => {
  const before = written();
  const killed = startJournalChild([path, 'append'], { faultPoint: 'migrate.begun' });
  await killed.ended;
  expect(killed.child.signalCode).toBe('SIGKILL');
  expect(written()).toEqual(before);
  const done = startJournalChild([path, 'append'], { faultPoint: 'migrate.done' });
  await done.ended;
  expect(done.child.signalCode).toBe('SIGKILL');
  const journal = await openSqliteJournal({ path, readonly: true });
  await expectAllThere(journal, before);
  await journal.close();
});

test('nothing of what is erased afterwards is left in the file', async () => {
  const { runs, holds } = written();
  changed((db) => db.exec('UPDATE runs SET wake = 0'));
  const secret = 'eins — é';
  expect(readFileSync(path).includes(secret)).toBe(true);
  const journal = await openSqliteJournal({ path });
  for (const { row } of runs) await journal.remove((row.summary as { id: RunId }).id, Number(row.head.seq));
  expect(holds.length).toBeGreaterThan(0);
  await journal.close();
  expect(readFileSync(path).includes(secret)).toBe(false);
});

test('a broken chain stays as broken as it was', async () => {
  const [, id = SYSTEM_JOURNAL] = written().runs.map(({ row }) => (row.summary as { id: RunId }).id);
  changed((db) => {
    db.prepare("UPDATE events SET hash = 'broken' WHERE run = ? AND seq = 3").run(id);
    db.prepare("UPDATE events SET data = '{}' WHERE run = ? AND seq = 6").run(id);
  });
  const journal = await openSqliteJournal({ path });
  expect(verifyChain(await journal.read(id))).toMatchObject({ ok: false, seq: 3 });
  expect((await journal.read(id, { after: 5, limit: 1 }))[0]).toMatchObject({ type: 'hold.decided', data: {} });
  await journal.close();
});

test('a database that a process of version 1 still uses is left to it', async () => {
  changed((db) =>
    db
      .prepare('INSERT INTO nodes (id, pid, host, url, started_at, seen_at) VALUES (?, ?, ?, NULL, ?, ?)')
      .run('node_old', process.pid, hostname(), '2026-03-01T10:00:00.000Z', Date.now()),
  );
  const before = written();
  await expect(openSqliteJournal({ path })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/is of an older version, and process \d+ on .* uses it\. Stop that/),
  });
  expect(written()).toEqual(before);
  changed((db) => db.exec('UPDATE nodes SET seen_at = 0'));
  const journal = await openSqliteJournal({ path });
  await expectAllThere(journal, before);
  await journal.close();
});

test('rows that belong to no run keep the database as it is', async () => {
  changed((db) => db.exec("UPDATE runs SET id = 'run_other' WHERE n = 2"));
  await expect(openSqliteJournal({ path })).rejects.toMatchObject({
    code: 'DATABASE_INVALID',
    message: expect.stringMatching(/has events of runs that it does not list/),
  });
  expect(written().runs).toHaveLength(6);
});
