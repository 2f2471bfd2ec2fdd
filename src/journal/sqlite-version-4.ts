import type Database from 'better-sqlite3';
import { listDecisions } from './sqlite-decisions.ts';
import { holdsFrom } from './sqlite-holds.ts';
import { statementsOf } from './sqlite-statements.ts';

/** Version 4 knows in which order decisions were made: see `sqlite-decisions.ts`. */
const VERSION_4 = `
  CREATE TABLE decisions (
    at TEXT NOT NULL, hold TEXT NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (at, hold, entry)
  ) STRICT, WITHOUT ROWID
`;
/** Rows read at a time. */
const PAGE = 500;

/** Inside the transaction of `migrate`. */
export function toVersion4(db: Database.Database): void {
  db.exec(VERSION_4);
  const sql = statementsOf(db);
  for (let page = holdsFrom(sql, 0, PAGE); page.length > 0; page = holdsFrom(sql, page.at(-1)?.n ?? 0, PAGE))
    for (const { item } of page) listDecisions(sql, item);
}
