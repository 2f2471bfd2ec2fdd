import type Database from 'better-sqlite3';

/** Version 5 has one index for lists of runs and one for lists of holds: see `sqlite-newest.ts`. Inside the transaction of `migrate`. */
export function toVersion5(db: Database.Database): void {
  db.exec('DROP INDEX runs_by_status; DROP INDEX holds_by_status');
}
