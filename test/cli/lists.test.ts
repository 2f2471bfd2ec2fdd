import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HoldRecord } from '../../src/hooks/hold.ts';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { type CliFolder, cliFolder } from '../support/cli.ts';
import { appendOf, holdOf, runId } from '../support/sample-journal.ts';

const COUNT = 205;
let folder: CliFolder;
beforeAll(async () => {
  folder = await cliFolder();
  const journal = await openSqliteJournal({ path: join(folder.path, 'many.db') });
  for (let n = 0; n < COUNT; n++) {
    const run = runId(`r${n}`);
    const { batch } = appendOf(run);
    await journal.append({ ...batch, holds: [holdOf(run)] });
  }
  await journal.close();
});
afterAll(() => folder[Symbol.asyncDispose]());

const DATABASE = ['--database', 'file:many.db'];

test.for(['runs', 'holds'])(
  '%s: a list that is cut says where it goes on, and --all gives the whole of it',
  async (what) => {
    const list = async (...args: string[]) => {
      const { code, lines, stderr } = await folder.json([what, 'list', ...DATABASE, ...args]);
      expect(code).toBe(0);
      return { ids: (lines as (RunSummary | HoldRecord)[]).map(({ id }) => String(id)), stderr };
    };
    const [all, first, nonsense] = await Promise.all([
      list('--all'),
      list('--limit', '3'),
      folder.run([what, 'list', ...DATABASE, '--cursor', 'nonsense']),
    ]);
    expect(new Set(all.ids).size).toBe(COUNT);
    expect(all.stderr).toBe('');
    expect(first.ids).toEqual(all.ids.slice(0, 3));
    expect(nonsense).toMatchObject({ code: 2, stderr: expect.stringContaining('Not a cursor') });
    const cursor = /add --cursor (\S+), or --all/.exec(first.stderr)?.[1] ?? '';
    const [second, rest] = await Promise.all([
      list('--limit', '3', '--cursor', cursor),
      folder.run([what, 'list', ...DATABASE, '--all', '--cursor', cursor]),
    ]);
    expect(second.ids).toEqual(all.ids.slice(3, 6));
    expect(rest.stdout.trimEnd().split('\n')).toHaveLength(1 + COUNT - 3);
  },
);

test('an empty database has no run yet, which is no filter that fits none', async () => {
  await (await openSqliteJournal({ path: join(folder.path, 'empty.db') })).close();
  const list = (...args: string[]) => folder.run(['runs', 'list', '--database', 'file:empty.db', ...args]);
  expect((await list()).stderr).toBe('There is no run yet.\n');
  expect((await list('--crew', 'desk')).stderr).toBe('There is no such run.\n');
});
