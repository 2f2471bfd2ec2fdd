import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/runner/silent-log.ts';
import { ListeningPool } from '../../src/server/hints/listening-pool.ts';
import { type TestDatabase, type TestPostgres, testPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let database: TestDatabase;
beforeAll(async () => {
  postgres = await testPostgres();
  database = await postgres.database();
});
afterAll(async () => {
  await database.drop();
  await postgres[Symbol.asyncDispose]();
});

function opened(): ListeningPool {
  return new ListeningPool({
    url: database.url,
    channels: ['hints'],
    log: silentLog as never,
    timeoutMs: 2_000,
    onGap: () => undefined,
  });
}

/** Given back as the adapter does when it closes, and as the pool does when it closes, or ended by the server. */
const ENDINGS: [string, (client: pg.PoolClient, pool: ListeningPool) => Promise<unknown>][] = [
  ['given back by who has it', async (client) => client.release(true)],
  ['given back twice', async (client) => [client.release(true), client.release(true)]],
  ['given back when all is closed', async (_client, pool) => pool.close()],
  [
    'ended by the server',
    async (client) => client.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => null),
  ],
];

test.each(ENDINGS)('a connection that is %s ends once, and takes no process with it', async (_, end) => {
  const pool = opened();
  const client = await pool.forAdapter.connect();
  const ended = new Promise((resolve) => client.once('end', resolve));
  await end(client, pool);
  await ended;
  await pool.close();
  // All of them are back: nothing of this pool is left at the server.
  const left = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'holdpoint hints'";
  await expect.poll(() => database.query(left)).toEqual([]);
});
