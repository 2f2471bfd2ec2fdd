import type { CrewDefinition } from '../crew/crew-definition.ts';
import type { EventData } from '../crew/events.ts';
import { toHold } from '../hooks/hold.ts';
import type { Reviewer } from '../hooks/reviewer.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { HoldId, RunId } from '../ids.ts';
import type { Journal } from '../journal/journal.ts';
import { tellOtherNodes } from '../other-nodes.ts';
import { packageVersion } from '../package-version.ts';
import type { Engine, ModelSource } from '../runner/engine.ts';
import { openEngine } from '../runner/open-engine.ts';
import { readRun } from '../runner/read-engine.ts';
import { localUser } from '../server/identity/local-user.ts';
import { CALLED_AS } from './called-as.ts';
import { noteAccepted, noteChanges } from './crew-change.ts';
import { databaseAddress, databaseFlag, openToRead } from './database.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { type FollowOptions, followRun } from './follow-run.ts';
import { limitsOf } from './limits.ts';
import { modelFlag } from './models.ts';
import type { DatabaseOptions, JsonOptions, ModelOptions, ReviewOptions } from './options.ts';
import { note } from './print.ts';
import { Progress } from './progress.ts';
import { reviewTerminal } from './review-terminal.ts';
import { noteHowToGoOn, printRun } from './run-result.ts';
import { shellWord } from './shell-word.ts';
import { stopSignal } from './stop-signals.ts';
import { Interrupted } from './terminal.ts';
import { terminalLog } from './terminal-log.ts';

export interface DriveOptions extends DatabaseOptions, JsonOptions, ModelOptions, ReviewOptions {
  readonly acceptChange?: boolean;
}

export interface Driving {
  readonly journal: Journal;
  readonly crews: readonly CrewDefinition[];
  readonly models: ModelSource;
  /** Where the crews come from, for the commands that are shown. */
  readonly file: string;
  /** The runs to go on with, or how to start one. */
  readonly runs: readonly RunId[] | ((engine: Engine) => Promise<RunId>);
}

/**
 * Drives runs in this process until each has ended or rests, answering holds in the terminal if there is one. No other run of
 * the database is touched. Interrupted, it stops in order and keeps the runs.
 * @returns the exit code.
 */
export async function driveRuns(
  { journal, crews, models, file, runs }: Driving,
  options: DriveOptions,
): Promise<number> {
  const mine = new Set<RunId>(typeof runs === 'function' ? [] : runs);
  const terminal = reviewTerminal(options);
  const { engine: limits } = limitsOf({});
  const log = terminalLog(options);
  const signal = stopSignal({ message: 'Stopping; once more ends it at once.' });
  const version = packageVersion();
  const engine = await openEngine({ crews, journal, models, log, limits, version, drives: mine });
  const others = await tellOtherNodes(engine, databaseAddress(options), log);
  const progress = new Progress(engine, { wanted: (runId) => mine.size === 0 || mine.has(runId) });
  try {
    if (typeof runs === 'function') mine.add(await runs(engine));
    for (const runId of mine) await followThroughChanges(engine, runId, { terminal, progress, signal }, options);
  } catch (error) {
    if (!(error instanceof Interrupted) && !signal.aborted) throw error;
  } finally {
    progress.end();
    await engine.close();
    await others.leave();
  }
  return tellResults([...mine], file, options);
}

/** A run that is parked goes on only with the change accepted, and then may still hold. */
async function followThroughChanges(
  engine: Engine,
  runId: RunId,
  follow: FollowOptions,
  { acceptChange }: DriveOptions,
): Promise<void> {
  for (;;) {
    const run = await followRun(engine, runId, follow);
    if (run.status !== 'parked' || !acceptChange) return;
    const actor: Reviewer = { user: localUser(), roles: ['admin'], groups: [] };
    const { fingerprint, changes } = await engine.change(runId);
    noteAccepted(runId, changes);
    await engine.acceptChange(runId, fingerprint, { actor });
  }
}

/** Read anew, since stopping may have recorded something. */
async function tellResults(runIds: readonly RunId[], file: string, options: DriveOptions): Promise<number> {
  const journal = await openToRead(options);
  try {
    const codes: number[] = [];
    for (const runId of runIds) {
      const run = await readRun(journal, runId);
      await tellWhatIsLeft(journal, run, file, options);
      printRun(run, options);
      codes.push(exitCodeOf(run.status));
    }
    return WORST_FIRST.find((code) => codes.includes(code)) ?? EXIT.done;
  } finally {
    await journal.close();
  }
}

const WORST_FIRST: readonly number[] = [EXIT.failed, EXIT.usage, EXIT.held, EXIT.cancelled];

async function tellWhatIsLeft(journal: Journal, run: RunSummary, file: string, options: DriveOptions): Promise<void> {
  const flag = databaseFlag(options);
  const names = { file: shellWord(file), flag, resumeFlags: `${modelFlag(options)}${flag}` };
  if (run.status === 'parked') return tellChanges(journal, run, names);
  if (run.status !== 'held' && run.status !== 'running') return;
  const records = await Promise.all(run.openHolds.map((id) => journal.hold(id as HoldId)));
  noteHowToGoOn(
    run,
    records.flatMap((record) => (record ? [toHold(record)] : [])),
    names,
  );
}

async function tellChanges(
  journal: Journal,
  run: RunSummary,
  { file, resumeFlags }: { file: string; resumeFlags: string },
): Promise<void> {
  const events = await journal.read(run.id);
  const parked = events.findLast(({ type }) => type === 'run.parked');
  const { changes = [] } = (parked?.data ?? {}) as Partial<EventData<'run.parked'>>;
  const why = run.error?.code === 'CREW_CHANGED' ? ': its crew changed since it was started' : '';
  note(`\nerror: Run ${run.id} is parked${why}. (${run.error?.code ?? 'RUN_PARKED'})`);
  noteChanges(changes);
  note(`Accept that with: ${CALLED_AS} runs resume ${run.id} ${file} --accept-change${resumeFlags}`);
}
