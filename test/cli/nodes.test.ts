import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { Model } from '../../src/crew/model.ts';
import { openDatabase } from '../../src/open-database.ts';
import { packageVersion } from '../../src/package-version.ts';
import type { Engine } from '../../src/runner/engine.ts';
import { type EngineOptions, openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import newsroom from '../fixtures/crews/newsroom.crew.ts';
import { type CliFolder, cliFolder } from '../support/cli.ts';
import { type TestDatabase, type TestPostgres, testPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let postgres: TestDatabase;
let folder: CliFolder;
let engines: Engine[];
beforeAll(async () => {
  server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  postgres = await server.database();
  folder = await cliFolder({});
  engines = [];
});
afterEach(async () => {
  for (const engine of engines) await engine.close();
  await postgres.drop();
  await folder[Symbol.asyncDispose]();
});

const atWork: Model = {
  type: 'model',
  name: 'at-work',
  respond: (_request, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
};

async function node(database: string, options: Partial<EngineOptions> = {}): Promise<Engine> {
  const engine = await openEngine({
    ...{ crews: [crewDefinition(newsroom)], journal: await openDatabase(database), models: () => atWork },
    ...{ log: silentLog, version: packageVersion(), ...options },
  });
  engines.push(engine);
  return engine;
}

const start = async (engine: Engine) =>
  (await engine.start('newsroom', { topic: 'tea' }, { requestedBy: 'user:rita' })).id;

describe('holdpoint nodes', () => {
  test.each([
    ['a file', () => `file:${join(folder.path, 'one.db')}`],
    ['a server', () => postgres.url],
  ])('on %s tells who runs what, and what waits', async (_, address) => {
    const database = address();
    const busy = await node(database, { atOnce: { runs: 1 } });
    const runs = [await start(busy), await start(busy)];
    await busy.announce('http://127.0.0.1:4600');
    const other = await node(database, { crews: [] });
    const { code, lines } = await folder.json(['nodes', '--database', database]);
    expect(code).toBe(0);
    const about = { version: packageVersion(), pid: process.pid, state: 'alive' };
    expect(lines).toMatchObject([
      {
        ...{ id: busy.nodeId, ...about, crews: ['newsroom'], url: 'http://127.0.0.1:4600' },
        ...{ runs: [{ runId: runs[0], crew: 'newsroom' }], atOnce: { runs: 1, crews: {}, models: {} } },
      },
      { id: other.nodeId, ...about, crews: [], url: null, runs: [], atOnce: { runs: 1_000 } },
      { id: null, runs: [{ runId: runs[1], crew: 'newsroom' }] },
    ]);
    for (const { silentMs } of lines.slice(0, 2) as { silentMs: number }[]) expect(silentMs).toBeLessThan(15_000);
    const { stdout } = await folder.run(['nodes', '--database', database]);
    expect(stdout).toMatch(new RegExp(`${busy.nodeId} +alive +1 \\(newsroom 1\\) +newsroom +runs=1 `));
    expect(stdout).toContain('Waiting for a node: 1 (newsroom 1).');
  });

  test('says that a node is silent, that nobody has the crew of what waits, and that there is no node', async () => {
    const dead = await node(postgres.url);
    await start(dead);
    await postgres.query('UPDATE holdpoint.nodes SET seen_at = seen_at - 16000, about = NULL');
    // It lives, so it would say so in a moment.
    await postgres.query('CREATE FUNCTION ignore() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$');
    await postgres.query(
      'CREATE TRIGGER deaf BEFORE INSERT OR UPDATE ON holdpoint.nodes FOR EACH ROW EXECUTE FUNCTION ignore()',
    );
    const { stdout } = await folder.run(['nodes', '--database', postgres.url]);
    expect(stdout).toMatch(/ silent +1 \(newsroom 1\) +- +\? +\? /);
    await postgres.query('DELETE FROM holdpoint.nodes');
    expect(await folder.run(['nodes', '--database', postgres.url])).toMatchObject({
      stdout: 'Waiting for a node: 1 (newsroom 1).\n',
      stderr: expect.stringMatching(/No process has the database open.*No live node takes runs of newsroom/s),
    });
    expect(await folder.run(['nodes', '--database', 'file:none.db'])).toMatchObject({ code: 2 });
  });
});
