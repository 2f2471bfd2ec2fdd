import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPostgresJournal } from '../../src/journal/postgres-journal.ts';
import { type TestPostgres, testPostgres } from '../support/postgres.ts';
import { AT, amendmentOf, appendOf, holdOf, runId } from '../support/sample-journal.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

const run = runId('one');
const entry = { by: 'user:ana', verdict: 'approve' as const, at: AT, reason: null, reasonCode: null };
const decided = (n: number) => holdOf(run, n, { status: 'approved', history: [entry], decidedBy: ['user:ana'] });

test('a database of version 3 lists what was decided before its update, and what older nodes decide after it', async () => {
  const database = await server.database();
  const old = await openPostgresJournal({ url: database.url });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`DROP TABLE holdpoint.decisions; DROP FUNCTION holdpoint.list_decisions CASCADE;
    UPDATE holdpoint.schema_version SET version = 3`);
  await client.end();
  // What this writes, the third version wrote too.
  const { batch, head } = appendOf(run, { holds: [decided(1), holdOf(run, 2)] });
  await old.append(batch);
  const updated = await openPostgresJournal({ url: database.url });
  const ids = async () => (await updated.decided({})).items.map(({ hold }) => hold.id);
  expect(await ids()).toEqual(['hold_one_1']);
  await old.amend(run, null, () => amendmentOf(run, head, { holds: [decided(2)] }));
  expect(await ids()).toEqual(['hold_one_2', 'hold_one_1']);
  await old.close();
  await updated.close();
  await database.drop();
});
