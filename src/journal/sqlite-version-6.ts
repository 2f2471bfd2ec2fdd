import type Database from 'better-sqlite3';

/** Version 6 finds runs that wait by their crew: see `orphanRuns`. Inside the transaction of `migrate`. */
export function toVersion6(db: Database.Database): void {
  db.exec('DROP INDEX runs_awake; CREATE INDEX runs_awake ON runs (crew, owner) WHERE wake = 1');
}
