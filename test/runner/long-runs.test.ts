import { expect, test } from 'vitest';
import type { ActionId } from '../../src/ids.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { readUses } from '../../src/runner/read-uses.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { longCrew, longModel } from '../e2e/support/long-run.ts';
import { countTurns } from '../support/count-turns.ts';

const size = { tasks: 2, calls: 150 };

test('whoever asks for all of a long run leaves others their turns', async () => {
  const journal = memoryJournal();
  const engine = await openEngine({
    crews: [longCrew(size)],
    journal,
    models: () => longModel(size),
    log: silentLog,
  });
  const { id } = await engine.start('long-work', {}, { requestedBy: 'user:ben' });
  const { lastSeq } = await engine.settled(id);
  const parts = Math.floor(lastSeq / 200);
  expect(parts).toBeGreaterThan(2);
  expect(await countTurns(() => engine.stateAt(id))).toBe(parts);
  const read = journal.read.bind(journal);
  const lengths: number[] = [];
  journal.read = async (...query) => {
    const events = await read(...query);
    lengths.push(events.length);
    return events;
  };
  // Of a state that was, what came after it is not read.
  expect(await countTurns(() => engine.stateAt(id, 100))).toBe(0);
  expect(lengths).toEqual([100]);
  journal.read = read;
  expect(await countTurns(() => engine.verify(id))).toBe(parts);
  expect(await engine.verify(id)).toMatchObject({ ok: true, count: lastSeq });
  const actions = (await engine.stateAt(id)).actions.slice(0, 5).map((action) => action.id as ActionId);
  expect(await countTurns(() => readUses(journal, id, actions))).toBe(parts + actions.length);
  await engine.close();
});
