import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Head } from '../../src/journal/envelope.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openPostgresJournal } from '../../src/journal/postgres-journal.ts';
import { type TestPostgres, testPostgres } from '../support/postgres.ts';
import { appendOf, proposed, runId } from '../support/sample-journal.ts';

const RUNS = 60;
const APPENDS = 20;
let server: TestPostgres;
beforeAll(async () => {
  server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

test('an append finds the row of its run by its key, and reads no other, however the table grew since its plan was made', async () => {
  const database = await server.database();
  const heads = new Map<number, Head>();
  const append = async (journal: Journal, n: number, text: string) => {
    const before = heads.get(n);
    const { batch, head } = appendOf(runId(`r${n}`), before ? { head: before, drafts: [proposed(text)] } : {});
    await journal.append(batch);
    heads.set(n, head);
  };
  /** Rows of runs that were read by an index. A connection has counted all of its own when it is gone. */
  const read = async () => {
    const open = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'holdpoint'";
    await expect.poll(async () => (await database.query(open)).length, { timeout: 20_000 }).toBe(0);
    const [row] = await database.query(
      `SELECT sum(idx_tup_read)::int AS rows FROM pg_stat_user_indexes WHERE relname = 'runs'`,
    );
    return Number(row?.rows);
  };
  const first = await openPostgresJournal({ url: database.url });
  for (let n = 0; n < RUNS; n++) await append(first, n, 'first');
  for (let n = 0; n < RUNS; n++) await append(first, n, 'second');
  await first.close();
  const before = await read();
  const second = await openPostgresJournal({ url: database.url });
  for (let n = 0; n < APPENDS; n++) await append(second, n, 'third');
  await second.close();
  const rows = (await read()) - before;
  // The key of each, and whatever opening reads.
  expect(rows).toBeGreaterThanOrEqual(APPENDS);
  expect(rows).toBeLessThan(APPENDS * 4);
  await database.drop();
});
