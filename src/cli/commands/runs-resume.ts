import { HoldpointError } from '../../errors.ts';
import type { RunId } from '../../ids.ts';
import type { Journal } from '../../journal/journal.ts';
import { runOfFile } from '../crew-of-run.ts';
import { openToChange } from '../database.ts';
import { type DriveOptions, driveRuns } from '../drive-runs.ts';
import { loadCrews } from '../load-crews.ts';
import { modelsOf } from '../models.ts';
import { note } from '../print.ts';

/** Goes on with one run, or with all runs of a file's crews that have not ended. */
export async function resumeRuns(given: readonly string[], options: DriveOptions): Promise<number> {
  const [first = '', second, ...more] = given;
  if (more.length > 0) throw new HoldpointError('USAGE', '`runs resume` takes a run (or none) and one crew file.');
  const file = second ?? first;
  const crews = await loadCrews([file]);
  const models = modelsOf(options, crews);
  const journal = await openToChange(options);
  try {
    const names = crews.map(({ name }) => name);
    const runs =
      second === undefined ? await unended(journal, names) : [await runOfFile(journal, first, { file, names })];
    if (runs.length > 0) return await driveRuns({ journal, crews, models, file, runs }, options);
    note(`No run of ${names.join(', ')} waits to be resumed.`);
    return 0;
  } finally {
    await journal.close();
  }
}

/** Oldest first, as they would have been done. */
async function unended(journal: Journal, names: readonly string[]): Promise<RunId[]> {
  const found: RunId[] = [];
  for (const crew of names) {
    for (const status of ['running', 'held', 'parked'] as const) {
      let cursor: string | undefined;
      do {
        const page = await journal.runs({ crew, status, limit: 200, cursor });
        found.push(...page.items.map(({ id }) => id));
        cursor = page.cursor ?? undefined;
      } while (cursor !== undefined);
    }
  }
  return found.sort();
}
