import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFailure, readFailure, writeFailure } from '../../src/journal/postgres-errors.ts';
import { type TestDatabase, type TestPostgres, testPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let database: TestDatabase;
beforeAll(async () => {
  server = await testPostgres();
  database = await server.database();
});
afterAll(async () => {
  await database.drop();
  await server[Symbol.asyncDispose]();
});

const WAYS = { openFailure, readFailure, writeFailure };

/** What a connection is told that was given another's prepared statements, or not its own. */
async function fails(...statements: readonly string[]): Promise<unknown> {
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
    return expect.unreachable();
  } catch (error) {
    return error;
  } finally {
    await client.end();
  }
}

test.each(Object.entries(WAYS))(
  'a pooler in transaction mode is named as what is wrong (%s)',
  async (_name, failure) => {
    const errors = [await fails('PREPARE a AS SELECT 1', 'PREPARE a AS SELECT 1'), await fails('EXECUTE a')];
    for (const error of errors) {
      const { code, message } = failure(error, 'postgres://somewhere/db');
      expect(code).toBe('DATABASE_INVALID');
      expect(message).toMatch(
        /^The database postgres:\/\/somewhere\/db is behind a pooler in transaction mode.* Use session mode/,
      );
    }
  },
);

test('a pooler that refuses how connections begin is told what to leave out', () => {
  // As PgBouncer 1.18 says it.
  const error = new pg.DatabaseError('unsupported startup parameter: statement_timeout', 0, 'error');
  error.code = '08P01';
  expect(openFailure(error, 'postgres://somewhere/db')).toMatchObject({
    code: 'DATABASE_INVALID',
    message: expect.stringContaining(
      'ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout',
    ),
  });
});

test('another table that is missing, or a server that stops, is no pooler', async () => {
  expect(readFailure(await fails('SELECT * FROM missing'), 'db')).toMatchObject({ code: 'UNAVAILABLE' });
});
