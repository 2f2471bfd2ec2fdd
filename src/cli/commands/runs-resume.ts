import { existsSync } from 'node:fs';
import { HoldpointError } from '../../errors.ts';
import type { RunStatus } from '../../hooks/run-summary.ts';
import type { RunId } from '../../ids.ts';
import type { Journal } from '../../journal/journal.ts';
import { CALLED_AS } from '../called-as.ts';
import { noteAccepted, noteChanges } from '../crew-change.ts';
import { runOfFile } from '../crew-of-run.ts';
import { openToChange } from '../database.ts';
import { openDesk, serverOf } from '../desk.ts';
import { type DriveOptions, driveRuns } from '../drive-runs.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { loadCrews } from '../load-crews.ts';
import { modelsOf } from '../models.ts';
import type { ServerOptions } from '../options.ts';
import { note } from '../print.ts';
import { printRun } from '../run-result.ts';
import { shellWord } from '../shell-word.ts';

type Options = DriveOptions & ServerOptions;

/** Goes on with one run, or with all runs of a file's crews that have not ended; or lets a run of a server do so. */
export async function resumeRuns(given: readonly string[], options: Options): Promise<number> {
  const [first = '', second, ...more] = given;
  if (more.length > 0) throw new HoldpointError('USAGE', '`runs resume` takes a run (or none) and one crew file.');
  if (second === undefined && first.startsWith('run_') && !existsSync(first)) return resumeThere(first, options);
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

/** The server has the crew and drives its runs: all it lacks is that somebody accepts how the crew changed. */
async function resumeThere(id: string, options: Options): Promise<number> {
  if (!serverOf(options))
    throw new HoldpointError(
      'USAGE',
      `To go on with ${id} takes its crew: ${CALLED_AS} runs resume ${id} FILE. Only a server (--url) has it already.`,
    );
  await using desk = await openDesk(options, { changes: true });
  const { fingerprint, changes } = await desk.runs.change(id);
  if (options.acceptChange) {
    const run = await desk.runs.resume(id, fingerprint);
    noteAccepted(id, changes);
    printRun(run, options);
    return exitCodeThere(run.status);
  }
  const run = await desk.runs.get(id);
  printRun(run, options);
  if (run.status !== 'parked') note('The server goes on with its runs by itself.');
  else {
    noteChanges(changes);
    note(`Accept that with: ${CALLED_AS} runs resume ${id} --accept-change${serverFlags(options)}`);
  }
  return exitCodeThere(run.status);
}

/** Nobody waits here for what the server does: that the run works is no hold. */
function exitCodeThere(status: RunStatus): number {
  return status === 'running' ? EXIT.done : exitCodeOf(status);
}

/** Those that were given, so that a command that is shown can be pasted; a token is no text to show. */
function serverFlags({ url, token }: ServerOptions): string {
  const server = url === undefined ? '' : ` --url ${shellWord(url)}`;
  return token === undefined ? server : `${server} --token …`;
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
