import { afterAll, beforeAll } from 'vitest';
import { openPostgresJournal } from '../../src/journal/postgres-journal.ts';
import { journalContract } from '../contracts/journal.contract.ts';
import { type TestPostgres, testPostgres } from '../support/postgres.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

journalContract('postgres', async ({ now }) => {
  const database = await server.database();
  const journal = await openPostgresJournal({ url: database.url, now });
  const close = async () => {
    await journal.close();
    await database.drop();
  };
  return { journal, close };
});
