import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import type { RunId } from '../../src/ids.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import type { Engine } from '../../src/runner/engine.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { scriptedModel } from '../../src/testing.ts';
import { person } from '../support/desk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const crew = crewDefinition(
  defineCrew({
    name: 'one',
    agents: { a: { role: 'A', goal: 'B' } },
    tasks: { t: { agent: 'a', description: 'x', confirm: 'after' }, u: { agent: 'a', description: 'y' } },
  }),
);

/** A file with engines on it, and a run that is held there. */
async function desk() {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  const path = join(folder.path, 'h.db');
  const errors: string[] = [];
  const open = async (steps: readonly unknown[]) =>
    openEngine({
      crews: [crew],
      journal: await openSqliteJournal({ path }),
      models: () => scriptedModel(steps),
      log: { ...silentLog, error: (_data, message = '') => void errors.push(message) },
    });
  const held = async (engine: Engine): Promise<RunId> => {
    const { id } = await engine.start('one', {}, { requestedBy: 'user:ana' });
    await engine.settled(id);
    return id;
  };
  /** Its third event says what cannot be. `wake`: so that somebody takes it. */
  const spoil = (id: RunId, { wake }: { wake: 0 | 1 }) => {
    const db = new Database(path);
    // The values of `task.proposed`, the task first.
    const event = 'run_n = (SELECT n FROM runs WHERE id = ?) AND seq = 4';
    db.prepare(`UPDATE events SET data = json_set(data, '$[0]', 'nobody') WHERE ${event}`).run(id);
    db.prepare('UPDATE runs SET wake = ? WHERE id = ?').run(wake, id);
    db.close();
  };
  return { open, held, spoil, errors };
}

const ANSWER = { output: 'a', reasoning: 'r', confidence: 1 };

test('a run whose journal cannot be read is parked with the reason, and nothing is guessed', async () => {
  const { open, held, spoil } = await desk();
  const first = await open([ANSWER]);
  const id = await held(first);
  await first.close();
  spoil(id, { wake: 1 });
  const second = await open([]);
  await expect.poll(async () => (await second.run(id)).status).toBe('parked');
  expect(await second.run(id)).toMatchObject({
    error: { code: 'EVENT_IMPOSSIBLE', message: expect.stringContaining('nobody') },
  });
  expect(await second.verify(id)).toMatchObject({ ok: false, seq: 4 });
  await second.close();
});

test('it does not keep the others from being stopped, and from going on', async () => {
  const { open, held, spoil, errors } = await desk();
  const engine = await open([ANSWER, ANSWER, ANSWER]);
  const runs = [await held(engine), await held(engine), await held(engine)];
  const [before, broken, after] = runs as [RunId, RunId, RunId];
  spoil(broken, { wake: 0 });
  const stopped = await engine.stopAll({ reason: 'Look first.', cancel: false }, { actor: person('user:ana') });
  expect(stopped.toSorted()).toEqual([before, after].toSorted());
  expect(new Set(errors).size).toBe(1);
  expect(errors[0]).toContain(broken);
  expect(await engine.resumeAll({ reason: 'Looked.' }, { actor: person('user:ana') })).toHaveLength(2);
  await engine.close();
});
