import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Hold } from '../../src/hooks/hold.ts';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { moveJournal } from '../../src/journal/move.ts';
import { openDatabase } from '../../src/open-database.ts';
import { cliFolder } from '../support/cli.ts';
import { NEWSROOM, PLAIN } from '../support/cli-crews.ts';
import { type TestDatabase, type TestPostgres, testPostgres } from '../support/postgres.ts';

const rehearse = ['--model', 'rehearsal'];
const FILE = 'file:.holdpoint/holdpoint.db';

let server: TestPostgres;
let postgres: TestDatabase;
beforeAll(async () => {
  server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  postgres = await server.database();
});
afterEach(() => postgres.drop());

async function office() {
  const folder = await cliFolder({ 'plain.ts': PLAIN, 'newsroom.ts': NEWSROOM });
  await folder.run(['run', 'plain.ts', ...rehearse]);
  const held = (await folder.json(['run', 'newsroom.ts', '--input', 'topic=wasps', ...rehearse]))
    .lines[0] as RunSummary;
  await folder.run(['token', 'create', '--user', 'ana', '--role', 'reviewer']);
  return { folder, held };
}

/** All that can be seen of a database over the command line. */
async function seenOf(folder: Awaited<ReturnType<typeof cliFolder>>, database: string) {
  const commands = [['runs'], ['holds'], ['token', 'list']];
  const lists = await Promise.all(commands.map((command) => folder.json([...command, '--database', database])));
  const runs = lists[0]?.lines as RunSummary[];
  const journals = await Promise.all(runs.map(({ id }) => folder.run(['export', id, '--database', database])));
  return { lists: lists.map(({ lines }) => lines), journals: journals.map(({ stdout }) => stdout) };
}

describe('move', () => {
  test('a journal goes from SQLite to Postgres and back whole, and its held run goes on', async () => {
    const { folder, held } = await office();
    await using _ = folder;
    const before = await seenOf(folder, FILE);
    expect(before.journals).toHaveLength(2);
    const moved = await folder.json(['move', FILE, postgres.url]);
    expect(moved).toMatchObject({ code: 0, lines: [{ runs: 2, tokens: 1, holds: 1 }] });
    expect(await seenOf(folder, postgres.url)).toEqual(before);
    expect(await folder.json(['move', postgres.url, 'file:back.db'])).toMatchObject({ code: 0, lines: moved.lines });
    expect(await seenOf(folder, 'file:back.db')).toEqual(before);
    const [hold] = (await folder.json(['holds', '--database', postgres.url])).lines as Hold[];
    const approve = ['holds', 'approve', hold?.id ?? '', '--digest', hold?.digest ?? '', '--database', postgres.url];
    expect(await folder.run(approve)).toMatchObject({ code: 0 });
    const resume = ['runs', 'resume', held.id, 'newsroom.ts', ...rehearse, '--database', postgres.url];
    await folder.run(resume);
    expect((await folder.json(['runs', 'show', held.id, '--database', postgres.url])).lines).toMatchObject([
      { status: 'completed' },
    ]);
  });

  test('a target whose move was interrupted is used by nobody, and says what to do; emptied, it takes the whole', async () => {
    const { folder } = await office();
    await using _ = folder;
    const [source, target] = [
      await openDatabase(`file:${join(folder.path, '.holdpoint/holdpoint.db')}`),
      await openDatabase(postgres.url),
    ];
    const now = new Date().toISOString();
    const node = { pid: process.pid, host: hostname(), startedAt: now, seenAt: now };
    let parts = 0;
    const breaks = new Proxy(target, {
      get(journal, name) {
        const member: unknown = Reflect.get(journal, name, journal);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]) => {
          if (name === 'restore' && ++parts === 2) throw new Error('the process ends here');
          return Reflect.apply(member, journal, given);
        };
      },
    });
    await expect(moveJournal(source, breaks, node)).rejects.toThrow('the process ends here');
    await Promise.all([source.close(), target.close()]);
    for (const command of [
      ['move', FILE],
      ['runs', '--database'],
      ['serve', 'plain.ts', ...rehearse, '--port', '0', '--database'],
    ])
      expect(await folder.run([...command, postgres.url])).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/a part of another.*DROP SCHEMA holdpoint CASCADE.*DATABASE_INVALID/s),
      });
    await postgres.query('DROP SCHEMA holdpoint CASCADE');
    expect(await folder.json(['move', FILE, postgres.url])).toMatchObject({ code: 0, lines: [{ runs: 2 }] });
  });

  test('refuses a target that is not empty, a source in use, and a broken chain, and leaves all as it was', async () => {
    const { folder, held } = await office();
    await using _ = folder;
    const db = new Database(join(folder.path, '.holdpoint/holdpoint.db'));
    try {
      const node = `INSERT INTO nodes (id, pid, host, url, started_at, seen_at) VALUES ('node_x', ${process.pid}, '${hostname()}', 'http://127.0.0.1:1', '2026-01-01', ${Date.now()})`;
      db.exec(node);
      expect(await folder.run(['move', FILE, postgres.url])).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/is in use by process.*DATABASE_SERVED/s),
      });
      db.exec('DELETE FROM nodes');
      db.prepare('UPDATE events SET data = ? WHERE run_n = (SELECT n FROM runs WHERE id = ?) AND seq = 2').run(
        '{}',
        held.id,
      );
      expect(await folder.run(['move', FILE, postgres.url])).toMatchObject({
        code: 5,
        stderr: expect.stringContaining(`The journal of ${held.id} is broken`),
      });
      expect((await folder.json(['runs', '--database', postgres.url])).lines).toEqual([]);
    } finally {
      db.close();
    }
    await rm(join(folder.path, '.holdpoint'), { recursive: true });
    await folder.run(['run', 'plain.ts', ...rehearse]);
    expect(await folder.run(['move', FILE, postgres.url])).toMatchObject({ code: 0 });
    expect(await folder.run(['move', FILE, postgres.url])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/is not empty.*Name a new one/s),
    });
    expect(await folder.run(['move', 'file:none.db', 'file:other.db'])).toMatchObject({ code: 2 });
    expect(await folder.run(['move', FILE, './.holdpoint/holdpoint.db'])).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('Both addresses are') },
    });
  });
});
