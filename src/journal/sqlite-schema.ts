import { hostname } from 'node:os';
import type Database from 'better-sqlite3';
import { HoldpointError } from '../errors.ts';
import { NODE_SILENCE_MS } from './deadline.ts';
import { faultPoint } from './fault-point.ts';
import { invalid } from './sqlite-errors.ts';
import { VERSION_1 } from './sqlite-version-1.ts';
import { toVersion3 } from './sqlite-version-3.ts';
import { toVersion4 } from './sqlite-version-4.ts';
import { toVersion5 } from './sqlite-version-5.ts';
import { toVersion6 } from './sqlite-version-6.ts';

/** 'HOLD' in ASCII, in the header of every database of ours: a foreign one is never migrated by mistake. */
const APPLICATION_ID = 0x484f4c44;

type Migration = (db: Database.Database) => void;

/**
 * The first turns an empty database into version 1, the second turns that into version 2, and so on. Never change one
 * that was released.
 */
const MIGRATIONS: readonly Migration[] = [
  (db) => db.exec(VERSION_1),
  (db) => db.exec('ALTER TABLE nodes ADD COLUMN about TEXT'),
  toVersion3,
  toVersion4,
  toVersion5,
  toVersion6,
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
    const version = schemaVersionOf(db);
    if (version === SCHEMA_VERSION) return;
    if (version > 0) refuseWhileUsed(db);
    for (const migration of MIGRATIONS.slice(version)) migration(db);
    faultPoint('migrate.begun');
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  }).immediate();
  faultPoint('migrate.done');
}

/** A process of the older version that has it open would go on with rows that are no more. */
function refuseWhileUsed(db: Database.Database): void {
  const nodes = db
    .prepare<[number], { pid: number; host: string }>('SELECT pid, host FROM nodes WHERE seen_at >= ?')
    .all(Date.now() - NODE_SILENCE_MS);
  const user = nodes.find(({ pid, host }) => host !== hostname() || isAlive(pid));
  if (!user) return;
  throw new HoldpointError(
    'UNAVAILABLE',
    `The database ${db.name} is of an older version, and process ${user.pid} on ${user.host} uses it. Stop that, then open it again; it is updated then.`,
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // There is one, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function pragmaNumber(db: Database.Database, name: string): number {
  return Number(db.pragma(name, { simple: true }));
}
