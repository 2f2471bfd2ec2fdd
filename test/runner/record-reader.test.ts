import { expect, test } from 'vitest';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { RecordReader } from '../../src/runner/record-reader.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { countTurns } from '../support/count-turns.ts';
import { appendOf, runId } from '../support/sample-journal.ts';

const RUNS = 30;

async function openRecords() {
  const journal = memoryJournal();
  for (let n = 0; n < RUNS; n++) await journal.append(appendOf(runId(`${n}`)).batch);
  const reads: string[] = [];
  const read = journal.read.bind(journal);
  journal.read = (id, options) => {
    reads.push(id);
    return read(id, options);
  };
  return { journal, reads, records: new RecordReader(journal, silentLog) };
}

test('others have their turn between any two runs that are read', async () => {
  const { records } = await openRecords();
  expect(await countTurns(() => records.all())).toBe(RUNS + 1);
  expect(await countTurns(() => records.all())).toBe(1);
});

test('runs are read once, whoever asks meanwhile, and what was added before somebody asked is in what they are told', async () => {
  const { journal, reads, records } = await openRecords();
  const asked = [records.all(), records.all()];
  await expect.poll(() => reads.length).toBeGreaterThan(3);
  await journal.append(appendOf(runId('late')).batch);
  asked.push(records.all(), records.all());
  const [first, second, third, fourth] = await Promise.all(asked);
  expect([first, third].map((all) => all?.length)).toEqual([RUNS, RUNS + 1]);
  expect(second).toBe(first);
  expect(fourth).toBe(third);
  expect(reads.length).toBe(RUNS + 1);
});
