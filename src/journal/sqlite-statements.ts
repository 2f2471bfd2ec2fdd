import type Database from 'better-sqlite3';

/** Gives the statement of an SQL text, prepared once per connection. `Row` is what our own schema makes of it. */
export type Sql = <Row = unknown>(text: string) => Database.Statement<unknown[], Row>;

/**
 * A number and a text that are bound, for WHERE and LIMIT of more than one row. SQLite looks at a bare `?` there when it plans, and
 * so prepares the statement anew for each value, which costs several times what running it does. It does not look into these.
 */
export const NUMBER = '(? + 0)';
export const TEXT = "(? || '')";

export function statementsOf(db: Database.Database): Sql {
  const statements = new Map<string, Database.Statement<unknown[], unknown>>();
  return <Row>(text: string) => {
    let statement = statements.get(text);
    if (!statement) {
      statement = db.prepare<unknown[], unknown>(text);
      statements.set(text, statement);
    }
    return statement as Database.Statement<unknown[], Row>;
  };
}
