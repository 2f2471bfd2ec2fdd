import type Database from 'better-sqlite3';
import type { HoldRecord } from '../hooks/hold.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import { type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import type { Json } from '../json/json.ts';
import type { JournalEvent } from './envelope.ts';
import { insertAnswer } from './sqlite-answers.ts';
import { invalid } from './sqlite-errors.ts';
import { SYSTEM_PLACE } from './sqlite-events.ts';
import { upsertHolds } from './sqlite-holds.ts';
import { insertRun, insertWritten } from './sqlite-rows.ts';
import { type Sql, statementsOf } from './sqlite-statements.ts';

/**
 * Version 3 holds what versions 1 and 2 held in a third of the space: see `sqlite-events.ts`, `-configs`, `-holds` and `-answers`. Columns
 * whose content is another have another name, so that a process of an older version that has the file open fails rather than
 * writes into it. ANY columns have a blob or an integer where the text has that form, else the text.
 */
const VERSION_3 = `
  CREATE TABLE events (
    run_n INTEGER NOT NULL, seq INTEGER NOT NULL, at ANY NOT NULL, type ANY NOT NULL, "by" TEXT,
    data TEXT, salt BLOB, data_hash BLOB NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (run_n, seq)
  ) STRICT;
  CREATE TABLE payloads (
    run_n INTEGER NOT NULL, digest ANY NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (run_n, digest)
  ) STRICT;
  CREATE TABLE configs (n INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, value TEXT NOT NULL) STRICT;

  CREATE TABLE runs (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    crew TEXT NOT NULL, status TEXT NOT NULL, started_at ANY NOT NULL, summary_rest TEXT NOT NULL, config INTEGER,
    seq INTEGER NOT NULL, hash BLOB NOT NULL, at ANY NOT NULL,
    fingerprint ANY NOT NULL, owner TEXT, epoch INTEGER NOT NULL, wake INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_status ON runs (status);
  CREATE INDEX runs_by_crew ON runs (crew, status);
  CREATE INDEX runs_awake ON runs (owner) WHERE wake = 1;

  CREATE TABLE holds (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    run_n INTEGER NOT NULL, crew TEXT, status TEXT NOT NULL, opened INTEGER, record TEXT NOT NULL, next_deadline INTEGER
  ) STRICT;
  CREATE INDEX holds_by_status ON holds (status);
  CREATE INDEX holds_by_crew ON holds (crew, status);
  CREATE INDEX holds_by_run ON holds (run_n);
  CREATE INDEX holds_by_deadline ON holds (next_deadline) WHERE next_deadline IS NOT NULL;

  CREATE TABLE requests (
    "by" TEXT NOT NULL, id TEXT NOT NULL, content ANY NOT NULL, answer TEXT NOT NULL, run_n INTEGER,
    PRIMARY KEY ("by", id)
  ) STRICT, WITHOUT ROWID;
`;

const REPLACED = ['events', 'payloads', 'runs', 'holds', 'requests'];
const INDEXES = ['runs_by_status', 'runs_by_crew', 'runs_awake'];
const HOLD_INDEXES = ['holds_by_status', 'holds_by_crew', 'holds_by_run', 'holds_by_deadline'];
/** Rows read at a time. */
const PAGE = 500;

/** Inside the transaction of `migrate`. A version 4 leaves the writers that this uses as they are, beside its own. */
export function toVersion3(db: Database.Database): void {
  for (const index of [...INDEXES, ...HOLD_INDEXES]) db.exec(`DROP INDEX ${index}`);
  for (const table of REPLACED) db.exec(`ALTER TABLE ${table} RENAME TO ${table}_old`);
  db.exec(VERSION_3);
  // Numbers are not given out twice, also those of runs that are gone.
  db.exec(`INSERT INTO sqlite_sequence (name, seq)
    SELECT replace(name, '_old', ''), seq FROM sqlite_sequence WHERE name IN ('runs_old', 'holds_old')`);
  const sql = statementsOf(db);
  moveRuns(sql);
  moveHolds(sql);
  moveAnswers(sql);
  for (const table of REPLACED) {
    checkWhole(sql, table, db.name);
    db.exec(`DROP TABLE ${table}_old`);
  }
}

/** Rows of a run that is not listed are of no version's making, and nobody but a person can say what they are. */
function checkWhole(sql: Sql, table: string, path: string): void {
  const [count, before] = [table, `${table}_old`].map((name) =>
    sql<{ n: number }>(`SELECT count(*) AS n FROM ${name}`),
  );
  if (count?.get()?.n === before?.get()?.n) return;
  throw invalid(`The database ${path} has ${table} of runs that it does not list. It is as it was; restore an export.`);
}

interface OldRun {
  readonly n: number;
  readonly id: RunId;
  readonly summary: string;
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
  readonly fingerprint: string;
  readonly owner: string | null;
  readonly epoch: number;
  readonly wake: number;
}

function moveRuns(sql: Sql): void {
  const run = { n: SYSTEM_PLACE.n, id: SYSTEM_JOURNAL };
  insertWritten(sql, run, { ...writtenOf(sql, SYSTEM_JOURNAL), holds: [] });
  const rows = sql<OldRun>('SELECT * FROM runs_old WHERE n > ? ORDER BY n LIMIT ?');
  for (const { n, id, summary, wake, seq, hash, at, ...row } of pages<OldRun>((last) => rows.all(last?.n ?? 0, PAGE))) {
    const given = {
      ...row,
      summary: JSON.parse(summary) as RunSummary,
      head: { seq, hash: hexOf(hash), at },
      wake: wake === 1,
    };
    insertRun(sql, given, { ...writtenOf(sql, id), holds: [] }, n);
  }
}

interface OldEvent {
  readonly run: RunId;
  readonly seq: number;
  readonly at: string;
  readonly type: JournalEvent['type'];
  readonly by: string;
  readonly data: string | null;
  readonly salt: string | null;
  readonly data_hash: string;
  readonly prev: string;
  readonly hash: string;
}

function writtenOf(sql: Sql, runId: RunId) {
  const events = sql<OldEvent>('SELECT * FROM events_old WHERE run = ? ORDER BY seq').all(runId).map(toEvent);
  const payloads = sql<{ digest: string; value: string }>(
    'SELECT digest, value FROM payloads_old WHERE run = ? ORDER BY rowid',
  )
    .all(runId)
    .map(({ digest, value }) => ({ digest, value: JSON.parse(value) as Json }));
  return { events, payloads };
}

function toEvent({ data, salt, data_hash: dataHash, hash, ...rest }: OldEvent): JournalEvent {
  return {
    v: 1,
    ...rest,
    ...(data === null ? {} : { data: JSON.parse(data) as unknown }),
    ...(salt === null ? {} : { salt: hexOf(salt) }),
    ...{ dataHash: hexOf(dataHash), hash: hexOf(hash) },
  };
}

/** A hash that somebody wrote over must not keep the other runs from being read: as the hex of its bytes it stays wrong. */
function hexOf(text: string): string {
  return /^(?:[0-9a-f]{2})+$/.test(text) ? text : Buffer.from(text).toString('hex');
}

interface OldHold {
  readonly n: number;
  readonly run: RunId;
  readonly runN: number;
  readonly record: string;
}

function moveHolds(sql: Sql): void {
  const rows = sql<OldHold>(
    `SELECT h.n, h.run, r.n AS runN, h.record FROM holds_old h JOIN runs r ON r.id = h.run WHERE h.n > ? ORDER BY h.n LIMIT ?`,
  );
  for (const { n, run, runN, record } of pages<OldHold>((last) => rows.all(last?.n ?? 0, PAGE))) {
    const hold = JSON.parse(record) as HoldRecord;
    upsertHolds(sql, { n: runN, id: run }, [hold], { events: [] });
    sql('UPDATE holds SET n = ? WHERE id = ?').run(n, hold.id);
  }
}

interface OldAnswer {
  readonly by: string;
  readonly id: string;
  readonly content: string;
  readonly answer: string;
}

function moveAnswers(sql: Sql): void {
  const rows = sql<OldAnswer>('SELECT * FROM requests_old WHERE ? OR ("by", id) > (?, ?) ORDER BY "by", id LIMIT ?');
  for (const { answer, ...request } of pages<OldAnswer>((last) => rows.all(last ? 0 : 1, last?.by, last?.id, PAGE)))
    insertAnswer(sql, { ...request, answer: JSON.parse(answer) as Json });
}

/** A statement that is read from bars the connection from writing meanwhile, so rows are read page by page. */
function* pages<T>(read: (last: T | undefined) => T[]): Generator<T> {
  for (let page = read(undefined); page.length > 0; page = read(page.at(-1))) yield* page;
}
