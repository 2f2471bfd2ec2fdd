import { HoldpointError } from '../../errors.ts';
import type { RunId } from '../../ids.ts';
import type { Journal } from '../../journal/journal.ts';
import { runNotFound } from '../../journal/preconditions.ts';
import { toRunEvents } from '../../journal/read-run.ts';
import { forkPrefix } from '../../replay/fork.ts';
import type { Engine } from '../../runner/engine.ts';
import { localUser } from '../../server/identity/local-user.ts';
import { CALLED_AS } from '../called-as.ts';
import { runOfFile } from '../crew-of-run.ts';
import { databaseFlag, openToChange, openToRead } from '../database.ts';
import { type Desk, deskOn, openDesk, serverOf } from '../desk.ts';
import { type DriveOptions, driveRuns } from '../drive-runs.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { decideFork, type ForkDecision, onlyHold, parseForkDecision } from '../fork-decision.ts';
import { loadCrews } from '../load-crews.ts';
import { modelsOf } from '../models.ts';
import type { ServerOptions } from '../options.ts';
import { note } from '../print.ts';
import { printRun } from '../run-result.ts';

interface Options extends ServerOptions, DriveOptions {
  readonly at: number;
  readonly decision?: string;
  readonly crew?: string;
}

/** A new run from the first events of another: on a server, in this process with the crew file, or only recorded. */
export async function forkRun(id: string, options: Options): Promise<number> {
  const decision = options.decision === undefined ? null : parseForkDecision(options.decision);
  if (decision?.value !== undefined && options.crew === undefined && !serverOf(options))
    throw new HoldpointError(
      'UNAVAILABLE',
      `To ${decision.verdict} without a server, add --crew with the crew file: it checks the value.`,
    );
  if (options.crew !== undefined && !serverOf(options)) return forkHere(id, options.crew, decision, options);
  if (decision && !serverOf(options)) await checkStored(id as RunId, decision, options);
  await using desk = await openDesk(options, { changes: true });
  const run = await forkOn(desk, id, options.at, decision);
  printRun(run, options);
  if (!serverOf(options) && run.endedAt === null)
    note(`Go on with it: ${CALLED_AS} runs resume ${run.id} FILE${databaseFlag(options)}`);
  // Here nobody drives it, or the server does: that it works is no hold.
  return run.status === 'running' ? EXIT.done : exitCodeOf(run.status);
}

async function forkHere(id: string, file: string, decision: ForkDecision | null, options: Options): Promise<number> {
  const crews = await loadCrews([file]);
  const models = modelsOf(options, crews);
  const journal = await openToChange(options);
  const from = await runOfFile(journal, id, { file, names: crews.map(({ name }) => name) });
  if (decision) await checkDecision(journal, from, options.at, decision);
  const start = async (engine: Engine) => (await forkOn(deskOn(engine), from, options.at, decision)).id as RunId;
  return driveRuns({ journal, crews, models, file, runs: start }, options);
}

async function checkStored(id: RunId, decision: ForkDecision, options: Options): Promise<void> {
  const journal = await openToRead(options);
  try {
    await checkDecision(journal, id, options.at, decision);
  } finally {
    await journal.close();
  }
}

async function forkOn(
  desk: Pick<Desk, 'runs' | 'holds' | 'decide'>,
  id: string,
  seq: number,
  decision: ForkDecision | null,
) {
  const fork = await desk.runs.fork(id, seq);
  note(`Run ${id} was forked at event ${seq}: the fork is ${fork.id}.`);
  if (!decision) return fork;
  await decideFork(desk, fork, decision);
  return desk.runs.get(fork.id);
}

/** Before anything is written: what `decideFork` would find. */
async function checkDecision(journal: Journal, from: RunId, seq: number, decision: ForkDecision): Promise<void> {
  const source = toRunEvents(await journal.read(from), await journal.payloads(from));
  if (source.length === 0) throw runNotFound(from);
  const now = new Date().toISOString();
  const { state } = forkPrefix(source, { from, seq, to: 'run_checked' as RunId, by: localUser(), at: now });
  const open = state.holds.all().filter(({ status }) => status === 'open');
  onlyHold(open, decision);
}
