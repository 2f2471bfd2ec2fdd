import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunId } from '../../src/ids.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { verifyChain } from '../../src/journal/verify.ts';
import { startJournalChild } from '../support/journal-child-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = `${folder.path}/holdpoint.db`;
});
afterEach(() => folder.remove());

type Acknowledged = { run: RunId; seq: number; hash: string };

/** Every acknowledged event is there, every chain verifies, and no append is there by half (each has two events, the first one). */
async function expectNothingLost(journal: Journal, acknowledged: readonly Acknowledged[]): Promise<void> {
  for (const { items } of [await journal.runs({})]) {
    for (const { id, lastSeq } of items) {
      const events = await journal.read(id);
      const head = await journal.head(id);
      expect(verifyChain(events, { head: head.hash })).toMatchObject({ ok: true, count: lastSeq });
      expect(events.length % 2).toBe(1);
    }
  }
  for (const { run, seq, hash } of acknowledged) {
    expect((await journal.read(run, { after: seq - 1, limit: 1 }))[0]?.hash).toBe(hash);
  }
}

test('a process killed while it appends loses nothing that was acknowledged, again and again', async () => {
  const acknowledged: Acknowledged[] = [];
  for (let round = 0; round < 4; round++) {
    const { child, lines, ended } = startJournalChild([path, 'append', `a${round}`, `b${round}`, `c${round}`]);
    await vi.waitFor(() => expect(lines.length).toBeGreaterThan(100 + round * 37), { timeout: 15_000, interval: 1 });
    child.kill('SIGKILL');
    await ended;
    acknowledged.push(...(lines as Acknowledged[]));
  }
  const journal = await openSqliteJournal({ path });
  await expectNothingLost(journal, acknowledged);
  expect((await journal.runs({})).items).toHaveLength(12);
  await journal.close();
});

test('a disk that takes no more: the write is refused, and what was acknowledged stays', async () => {
  const { lines, ended } = startJournalChild([path, 'append', 'a', 'b'], { maxFileKiB: 1_024 });
  await ended;
  const refusal = lines.pop();
  expect(refusal).toEqual({
    code: 'UNAVAILABLE',
    message: `The database ${path} cannot be written: reading or writing the file failed. Check the disk, its space and the permissions. Nothing was recorded.`,
  });
  const acknowledged = lines.filter((line) => 'seq' in line) as Acknowledged[];
  expect(acknowledged.length).toBeGreaterThan(10);
  const journal = await openSqliteJournal({ path });
  await expectNothingLost(journal, acknowledged);
  for (const run of ['run_a', 'run_b'] as RunId[]) {
    const last = acknowledged.findLast((line) => line.run === run);
    expect(await journal.head(run)).toMatchObject({ seq: last?.seq });
  }
  await journal.close();
});
