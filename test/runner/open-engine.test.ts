import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HoldpointError } from '../../src/errors.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { type EngineOptions, openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { scriptedModel } from '../../src/testing.ts';
import { slowJournal } from '../support/slow-journal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function store() {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  return openSqliteJournal({ path: join(path, 'h.db') });
}

const around: Omit<EngineOptions, 'journal'> = { crews: [], models: () => scriptedModel([]), log: silentLog };

test('an engine that cannot be opened leaves no store open', async () => {
  for (const fault of ['limits', 'store'] as const) {
    const journal = await store();
    const failing = slowJournal(journal, (name) => {
      if (fault === 'store' && name === 'enter') throw new HoldpointError('UNAVAILABLE', 'The disk is full.');
    });
    const opening = openEngine({
      ...around,
      journal: failing,
      ...(fault === 'limits' && { limits: { maxRunEvents: -1 } }),
    });
    await expect(opening).rejects.toBeInstanceOf(HoldpointError);
    await expect(journal.nodes()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }
});

test('a store that is away when a node leaves is let go of all the same', async () => {
  const journal = await store();
  const failing = slowJournal(journal, (name) => {
    if (name === 'leave') throw new HoldpointError('UNAVAILABLE', 'The disk is full.');
  });
  const engine = await openEngine({ ...around, journal: failing });
  await expect(engine.close()).rejects.toMatchObject({ message: 'The disk is full.' });
  await expect(journal.nodes()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
