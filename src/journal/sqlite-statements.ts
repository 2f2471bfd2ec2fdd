import type Database from 'better-sqlite3';

/** Gives the statement of an SQL text, prepared once per connection. `Row` is what our own schema makes of it. */
export type Sql = <Row = unknown>(text: string) => Database.Statement<unknown[], Row>;

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
