import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openToChange, openToRemove } from '../../src/cli/database.ts';
import { openDatabase } from '../../src/open-database.ts';
import { testPostgres } from '../support/postgres.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Opens a database as a server has it, and asks what may be opened beside. */
async function beside(database: string) {
  const journal = await openDatabase(database);
  const at = new Date().toISOString();
  const node = {
    id: 'node_a',
    pid: process.pid,
    host: hostname(),
    url: 'http://127.0.0.1:4600',
    startedAt: at,
    seenAt: at,
  };
  await journal.enter(node);
  const tried = async (open: typeof openToChange) => {
    try {
      await (await open({ database })).close();
      return 'opened';
    } catch (error) {
      return String((error as Error).message);
    }
  };
  const found = { change: await tried(openToChange), remove: await tried(openToRemove) };
  await journal.close();
  return found;
}

test('what is not kept is removed beside nodes on Postgres; a file is first let go of by its server', async () => {
  const folder = await temporaryFolder();
  const file = await beside(`file:${join(folder.path, 'holdpoint.db')}`);
  expect(file.change).toContain('Add --url');
  expect(file.remove).toContain('Stop the server at http://127.0.0.1:4600');
  await folder.remove();

  await using server = await testPostgres();
  const { url, drop } = await server.database();
  const postgres = await beside(url);
  expect(postgres.change).toContain('Add --url');
  expect(postgres.remove).toBe('opened');
  await drop();
});
