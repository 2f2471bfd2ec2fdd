import type Database from 'better-sqlite3';
import { HoldpointError } from '../errors.ts';
import { faultPoint } from './fault-point.ts';
import { invalid } from './sqlite-errors.ts';

/** 'HOLD' in ASCII, in the header of every database of ours: a foreign one is never migrated by mistake. */
const APPLICATION_ID = 0x484f4c44;

/**
 * The first turns an empty database into version 1, the second would turn that into version 2, and so on. Never change one
 * that was released. `n` is the order of arrival; SQLite appends it to every index of its table by itself. `events` keeps its rowid:
 * without one, a row of over 1 KB would take whole pages of its own.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE events (
    run TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, type TEXT NOT NULL, "by" TEXT NOT NULL,
    data TEXT, salt TEXT, data_hash TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  ) STRICT;
  CREATE TABLE payloads (
    run TEXT NOT NULL, digest TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (run, digest)
  ) STRICT;

  CREATE TABLE runs (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    crew TEXT NOT NULL, status TEXT NOT NULL, started_at TEXT NOT NULL, summary TEXT NOT NULL,
    seq INTEGER NOT NULL, hash TEXT NOT NULL, at TEXT NOT NULL,
    fingerprint TEXT NOT NULL, owner TEXT, epoch INTEGER NOT NULL, wake INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_status ON runs (status);
  CREATE INDEX runs_by_crew ON runs (crew, status);
  CREATE INDEX runs_awake ON runs (owner) WHERE wake = 1;

  CREATE TABLE holds (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL, crew TEXT, status TEXT NOT NULL, record TEXT NOT NULL, next_deadline INTEGER
  ) STRICT;
  CREATE INDEX holds_by_status ON holds (status);
  CREATE INDEX holds_by_crew ON holds (crew, status);
  CREATE INDEX holds_by_run ON holds (run);
  CREATE INDEX holds_by_deadline ON holds (next_deadline) WHERE next_deadline IS NOT NULL;

  CREATE TABLE requests (
    "by" TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY ("by", id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE nodes (
    id TEXT NOT NULL PRIMARY KEY, pid INTEGER NOT NULL, host TEXT NOT NULL, url TEXT,
    started_at TEXT NOT NULL, seen_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tokens (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL, roles TEXT NOT NULL, groups TEXT NOT NULL,
    created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT
  ) STRICT;
  `,
  'ALTER TABLE nodes ADD COLUMN about TEXT',
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** The version of the database, 0 if it is empty.
 *  @throws `DATABASE_INVALID` if it is somebody else's, `DATABASE_NEWER` if a later Holdpoint wrote it. */
export function schemaVersionOf(db: Database.Database): number {
  const version = pragmaNumber(db, 'user_version');
  if (pragmaNumber(db, 'application_id') !== APPLICATION_ID) {
    const isEmpty = version === 0 && db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
    if (isEmpty) return 0;
    throw invalid(`${db.name} is a SQLite database of another program. Name another file.`);
  }
  if (version > SCHEMA_VERSION) {
    throw new HoldpointError(
      'DATABASE_NEWER',
      `The database ${db.name} has version ${version}; this Holdpoint knows up to ${SCHEMA_VERSION}. Update holdpoint.`,
    );
  }
  return version;
}

/** Brings the database to `SCHEMA_VERSION` in one transaction; a process that did so meanwhile leaves nothing to do. */
export function migrate(db: Database.Database): void {
  db.transaction(() => {
    for (const migration of MIGRATIONS.slice(schemaVersionOf(db))) db.exec(migration);
    faultPoint('migrate.begun');
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  }).immediate();
  faultPoint('migrate.done');
}

function pragmaNumber(db: Database.Database, name: string): number {
  return Number(db.pragma(name, { simple: true }));
}
