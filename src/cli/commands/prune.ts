import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, HoldpointError, isHoldpointError, messageOf } from '../../errors.ts';
import { Duration, durationMs } from '../../hooks/duration.ts';
import { ENDED, type RunStatus, type RunSummary } from '../../hooks/run-summary.ts';
import { exportLines } from '../../journal/export.ts';
import type { Journal } from '../../journal/journal.ts';
import { verifyRun } from '../../journal/verify.ts';
import { prunable, pruneRun } from '../../runner/retention.ts';
import { localUser } from '../../server/identity/local-user.ts';
import { openToRemove } from '../database.ts';
import { errorLines, exitCodeOfError } from '../error-lines.ts';
import { EXIT } from '../exit-codes.ts';
import type { DatabaseOptions, JsonOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';
import { writeLines } from '../write-lines.ts';

interface Options extends DatabaseOptions, JsonOptions {
  readonly olderThan: string;
  readonly status: string;
  readonly export?: string;
  readonly yes?: boolean;
}

/** Removes runs that ended long ago, exported first if asked. Without --yes it only lists them. */
export async function pruneRuns(options: Options): Promise<number> {
  const endedBefore = new Date(Date.now() - ageMs(options.olderThan)).toISOString();
  const statuses = statusesOf(options.status);
  const journal = await openToRemove(options);
  try {
    const runs = await prunable(journal, { statuses, endedBefore });
    if (options.yes && options.export !== undefined) await mkdir(options.export, { recursive: true, mode: 0o700 });
    let code: number = EXIT.done;
    for (const run of runs) code = Math.max(code, await pruneOne(journal, run, options));
    if (options.json) return code;
    if (runs.length === 0) note(`No run with status ${statuses.join(', ')} ended before ${endedBefore}.`);
    else if (!options.yes) note(`Nothing was removed. Add --yes to remove these ${runs.length}.`);
    return code;
  } finally {
    await journal.close();
  }
}

/** What keeps one run: it is told, and the others are pruned nevertheless. Whatever else goes wrong ends it. */
const KEEPS: readonly ErrorCode[] = ['JOURNAL_BROKEN', 'RUN_ACTIVE', 'SEQ_CONFLICT'];

/** @returns the exit code */
async function pruneOne(journal: Journal, run: RunSummary, options: Options): Promise<number> {
  const { yes = false, export: folder } = options;
  try {
    const file = yes && folder !== undefined ? await exportRun(journal, run, folder) : null;
    if (yes) await pruneRun(journal, run.id, { by: localUser(), now: new Date().toISOString() });
    tell(run, { file, removed: yes }, options);
    return EXIT.done;
  } catch (error) {
    if (!isHoldpointError(error) || !KEEPS.includes(error.code)) throw error;
    tell(run, { file: null, removed: false }, options);
    note(errorLines(error));
    return exitCodeOfError(error);
  }
}

function tell(run: RunSummary, done: { file: string | null; removed: boolean }, { json }: Options): void {
  const { id, crew, status, endedAt } = run;
  if (json) printJson({ id, crew, status, endedAt, removed: done.removed, exported: done.file });
  else printLine(`${id}  ${crew}  ${status}  ${endedAt}${done.file === null ? '' : `  → ${done.file}`}`);
}

/** A run whose chain is broken is evidence: it is kept. */
async function exportRun(journal: Journal, { id }: RunSummary, folder: string): Promise<string> {
  const events = await journal.read(id);
  const payloads = await journal.payloads(id);
  const verified = verifyRun({ run: id, events, payloads, end: null, source: 'log' });
  if (!verified.ok)
    throw new HoldpointError(
      'JOURNAL_BROKEN',
      `Run ${id} was not removed: its journal is broken: ${verified.problem}. Look at it first; without --export it is removed as it is.`,
    );
  const file = join(folder, `${id}.ndjson`);
  await writeLines(file, exportLines(id, events, payloads));
  return file;
}

function ageMs(text: string): number {
  const parsed = Duration.safeParse(text);
  if (parsed.success) return durationMs(parsed.data);
  throw new HoldpointError('USAGE', `--older-than: ${parsed.error.issues[0]?.message ?? messageOf(parsed.error)}`);
}

function statusesOf(text: string): RunStatus[] {
  return text.split(',').map((word) => {
    const status = ENDED.find((known) => known === word.trim());
    if (status) return status;
    throw new HoldpointError(
      'USAGE',
      `--status takes ${ENDED.join(', ')}, separated by commas; only runs that ended are pruned.`,
    );
  });
}
