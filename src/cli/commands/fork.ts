import { HoldpointError } from '../../errors.ts';
import type { Verdict } from '../../hooks/review-policy.ts';
import type { HoldId, RunId } from '../../ids.ts';
import type { Engine } from '../../runner/engine.ts';
import { runOfFile } from '../crew-of-run.ts';
import { databaseFlag, openToChange } from '../database.ts';
import { type Desk, deskOn, openDesk, serverOf } from '../desk.ts';
import { type DriveOptions, driveRuns } from '../drive-runs.ts';
import { exitCodeOf } from '../exit-codes.ts';
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
  const decision = options.decision === undefined ? null : decisionOf(options.decision);
  if (options.crew !== undefined && !serverOf(options)) return forkHere(id, options.crew, decision, options);
  await using desk = await openDesk(options, { changes: true });
  const run = await forkOn(desk, id, options.at, decision);
  printRun(run, options);
  if (!serverOf(options) && run.endedAt === null)
    note(`Go on with it: holdpoint runs resume ${run.id} FILE${databaseFlag(options)}`);
  return exitCodeOf(run.status);
}

async function forkHere(id: string, file: string, decision: Decision | null, options: Options): Promise<number> {
  const crews = await loadCrews([file]);
  const models = modelsOf(options, crews);
  const journal = await openToChange(options);
  const from = await runOfFile(journal, id, { file, names: crews.map(({ name }) => name) });
  const start = async (engine: Engine) => (await forkOn(deskOn(engine), from, options.at, decision)).id as RunId;
  return driveRuns({ journal, crews, models, file, runs: start }, options);
}

async function forkOn(
  desk: Pick<Desk, 'runs' | 'holds' | 'decide'>,
  id: string,
  seq: number,
  decision: Decision | null,
) {
  const fork = await desk.runs.fork(id, seq);
  note(`Run ${id} was forked at event ${seq}: the fork is ${fork.id}.`);
  if (!decision) return fork;
  const [holdId, ...others] = fork.openHolds;
  if (holdId === undefined || others.length > 0)
    throw new HoldpointError(
      'USAGE',
      `The fork ${fork.id} has ${fork.openHolds.length} open holds, so --decision does not say which. Decide them with \`holdpoint holds\`.`,
    );
  const { hold } = await desk.holds.get(holdId);
  await desk.decide(holdId as HoldId, { ...decision, digest: hold.digest });
  return desk.runs.get(fork.id);
}

interface Decision {
  readonly verdict: Extract<Verdict, 'approve' | 'reject'>;
  readonly reason?: string;
}

function decisionOf(text: string): Decision {
  const [verdict = '', ...rest] = text.split(':');
  const reason = rest.join(':').trim();
  if (verdict === 'approve' || (verdict === 'reject' && reason !== ''))
    return { verdict, ...(reason === '' ? {} : { reason }) };
  throw new HoldpointError('USAGE', `--decision is approve, or reject:REASON, not ${JSON.stringify(text)}.`);
}
