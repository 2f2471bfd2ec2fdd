import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { scriptedModel } from '../../src/testing.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const crew = crewDefinition(
  defineCrew({
    name: 'one',
    agents: { a: { role: 'A', goal: 'B' } },
    tasks: { t: { agent: 'a', description: 'x', confirm: 'after' }, u: { agent: 'a', description: 'y' } },
  }),
);

test('a run whose journal cannot be read is parked with the reason, and nothing is guessed', async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'h.db');
  const open = async (steps: readonly unknown[]) =>
    openEngine({
      crews: [crew],
      journal: await openSqliteJournal({ path }),
      models: () => model(steps),
      log: silentLog,
    });
  const model = (steps: readonly unknown[]) => scriptedModel(steps);
  const first = await open([{ output: 'a', reasoning: 'r', confidence: 1 }]);
  const { id } = await first.start('one', {}, { requestedBy: 'user:ana' });
  await first.settled(id);
  await first.close();

  const db = new Database(path);
  // The values of `task.proposed`, the task first.
  const event = 'run_n = (SELECT n FROM runs WHERE id = ?) AND seq = 4';
  db.prepare(`UPDATE events SET data = json_set(data, '$[0]', 'nobody') WHERE ${event}`).run(id);
  db.prepare('UPDATE runs SET wake = 1 WHERE id = ?').run(id);
  db.close();

  const second = await open([]);
  await expect.poll(async () => (await second.run(id)).status).toBe('parked');
  expect(await second.run(id)).toMatchObject({
    error: { code: 'EVENT_IMPOSSIBLE', message: expect.stringContaining('nobody') },
  });
  expect(await second.verify(id)).toMatchObject({ ok: false, seq: 4 });
  await second.close();
  await folder.remove();
});
