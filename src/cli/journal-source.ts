import { existsSync } from 'node:fs';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import type { RunId } from '../ids.ts';
import { type ParsedRun, parseLines } from '../journal/export.ts';
import { runNotFound } from '../journal/preconditions.ts';
import { openToRead } from './database.ts';
import { fileLines } from './file-lines.ts';
import type { DatabaseOptions } from './options.ts';

/** The lines of an export or a log, if there is such a file; null: it is the id of a run. */
export function journalLines(source: string): Iterable<string> | null {
  return existsSync(source) ? fileLines(source) : null;
}

/** The runs of a file, or one run of the database. @throws `RUN_NOT_FOUND`, `JOURNAL_BROKEN`, `DATABASE_INVALID` */
export async function journalsOf(source: string, options: DatabaseOptions): Promise<readonly ParsedRun[]> {
  const lines = journalLines(source);
  if (!lines) return [await storedRun(source, options)];
  const runs = parseLines(lines);
  if (runs.length > 0) return runs;
  throw new HoldpointError(
    'JOURNAL_BROKEN',
    `There is no journal in ${source}. Was the log written with --log-journal?`,
  );
}

/** As if it had been parsed from a log: the database has no end line. */
export async function storedRun(id: string, options: DatabaseOptions): Promise<ParsedRun> {
  const isPath = /[/.\\]/.test(id);
  const journal = await openToRead(options).catch((error: unknown) => {
    throw isPath && isHoldpointError(error, 'DATABASE_INVALID') ? noFile(id) : error;
  });
  try {
    const run = id as RunId;
    const events = await journal.read(run);
    if (events.length === 0) throw isPath ? noFile(id) : runNotFound(id);
    return { run, events, payloads: await journal.payloads(run), end: null, source: 'log' };
  } finally {
    await journal.close();
  }
}

function noFile(path: string): HoldpointError {
  return new HoldpointError('FILE_INVALID', `There is no file ${path}. Check the path.`);
}
