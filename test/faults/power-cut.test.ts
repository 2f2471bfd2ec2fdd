import { mkdir, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { diskOperations, ForgetfulDisk, NO_STRACE, traceJournalChild } from '../support/disk-trace.ts';
import { type Acknowledged, expectNothingLost } from '../support/nothing-lost.ts';
import { measured, SEED, size } from '../support/reliability.ts';
import { seeded } from '../support/seeded.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CUTS = size({ small: 30, recorded: 200, large: 1_000 });
/** Enough for SQLite to fold its log back into the file more than once. */
const LINES = size({ small: 900, large: 3_000 });
const FATES = ['whole', 'gone', 'gone', 'torn', 'garbage'] as const;

/**
 * The disk calls of a real writer are recorded; then the power is cut after any of them: what was synced is kept, every other
 * write is kept, lost, torn or turned into garbage by chance, and the database is opened on what is left.
 */
test.skipIf(NO_STRACE)(
  `R2: ${CUTS} power cuts lose nothing that was acknowledged${NO_STRACE ? ` (${NO_STRACE})` : ''}`,
  { timeout: 600_000 },
  () =>
    measured({ id: 'R2', what: 'power cut: writes that were not synced are lost, torn or garbage' }, async () => {
      const folder = await temporaryFolder();
      try {
        const draw = seeded(SEED);
        const { trace } = await traceJournalChild([`${folder.path}/holdpoint.db`, 'append', 'a', 'b', 'c'], {
          folder: folder.path,
          lines: LINES,
        });
        const operations = await diskOperations(trace, folder.path);
        const syncs = operations.filter(({ type }) => type === 'sync').length;
        const folds = operations.filter((one) => one.type === 'sync' && one.file.endsWith('.db')).length;
        expect(folds, 'the log was folded back').toBeGreaterThan(1);
        const cuts = new Set<number>();
        while (cuts.size < Math.min(CUTS, operations.length)) cuts.add(draw(operations.length));
        const disk = new ForgetfulDisk();
        let [lost, told] = [0, 0];
        for (const [index, operation] of operations.entries()) {
          disk.apply(operation);
          if (!cuts.has(index)) continue;
          lost += disk.unsynced;
          const image = `${folder.path}/cut-${index}`;
          await mkdir(image);
          const fate = draw(3) === 0 ? () => 'gone' as const : () => FATES[draw(FATES.length)] ?? 'gone';
          // Shared memory does not outlast a power cut.
          for (const [file, bytes] of disk.afterPowerCut(fate))
            if (!file.endsWith('-shm')) await writeFile(`${image}/${basename(file)}`, bytes);
          const acknowledged = disk.told
            .join('')
            .split('\n')
            .slice(0, -1)
            .map((line) => JSON.parse(line) as Acknowledged);
          told = Math.max(told, acknowledged.length);
          const journal = await openSqliteJournal({ path: `${image}/holdpoint.db` });
          await expectNothingLost(journal, acknowledged).finally(() => journal.close());
        }
        expect(lost, 'writes that were at risk').toBeGreaterThan(CUTS / 4);
        expect(told).toBeGreaterThan(LINES / 2);
        const note = `${operations.length} disk calls of ${told} acknowledged appends, ${syncs} syncs, ${folds} of the main file; ${lost} unsynced writes were at risk`;
        return { trials: cuts.size, note };
      } finally {
        await folder.remove();
      }
    }),
);

test.skipIf(NO_STRACE)('every acknowledgement comes after a sync that follows its write', async () => {
  const folder = await temporaryFolder();
  try {
    const { trace } = await traceJournalChild([`${folder.path}/holdpoint.db`, 'append', 'a'], {
      folder: folder.path,
      lines: 30,
    });
    const operations = await diskOperations(trace, folder.path);
    const first = operations.findIndex(({ type }) => type === 'told');
    const steps = operations.slice(first).map(({ type }) => type);
    for (const [index, type] of steps.entries()) {
      if (type !== 'told' || index === 0) continue;
      const since = steps.slice(steps.lastIndexOf('told', index - 1) + 1, index);
      expect(since.lastIndexOf('sync')).toBeGreaterThan(since.lastIndexOf('write'));
    }
  } finally {
    await folder.remove();
  }
});
