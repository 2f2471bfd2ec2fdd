import { hostname } from 'node:os';
import { v7 as uuid } from 'uuid';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import { messageOf } from '../errors.ts';
import type { RunId } from '../ids.ts';
import type { HandOut } from '../journal/hand-out.ts';
import type { Journal } from '../journal/journal.ts';
import { acceptChange, changeOf } from './accept-change.ts';
import { auditAction, undoAction } from './act-on-action.ts';
import { AtOnce, DEFAULT_RUNS_AT_ONCE } from './at-once.ts';
import { cancelRun } from './cancel-run.ts';
import { type Clock, systemClock } from './clock.ts';
import type { RunnerContext, RunnerLog } from './context.ts';
import { crewInfo } from './crew-info.ts';
import { fireDeadlines } from './deadlines.ts';
import { claimHold, commentHold, decideHold, releaseHold } from './decisions.ts';
import { Drivers } from './drivers.ts';
import { EmbeddedHandOut } from './embedded-hand-out.ts';
import type { Engine, ModelSource } from './engine.ts';
import { Foresight } from './foresight.ts';
import { forkRun } from './fork-run.ts';
import { guardedClock } from './guarded-clock.ts';
import { LevelReader } from './level-reader.ts';
import { limitedModels } from './limited-models.ts';
import { EngineLimits, parseLimits } from './limits.ts';
import { Listeners } from './listeners.ts';
import { Oversight } from './oversight.ts';
import { Presence } from './presence.ts';
import { readHold, readRun, readState, verifyRun } from './read-engine.ts';
import { saltSource } from './salt.ts';
import { startRun } from './start-run.ts';
import { parkIfStopped, resumeAll, stopAll } from './stop-all.ts';
import { StopReader } from './stops.ts';
import { untilStatus } from './until-status.ts';

export interface EngineOptions {
  readonly crews: readonly CrewDefinition[];
  readonly journal: Journal;
  readonly models: ModelSource;
  readonly log: RunnerLog;
  readonly clock?: Clock;
  /** How often deadlines and runs without an owner are looked for, in milliseconds. Default 1,000. */
  readonly sweepMs?: number;
  /** What is not named has its default. */
  readonly limits?: Partial<EngineLimits> | undefined;
  /** Which runs this process takes over when they have work to do. Default: all of its crews; with false it only records. */
  readonly drives?: boolean | ((runId: RunId) => boolean);
  readonly atOnce?: AtOnce;
  /** Of the package, for whoever looks at the list of nodes. */
  readonly version?: string;
}

/** Opens an engine on a journal: takes over what a dead process left, and drives runs until it is closed. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { journal, log, sweepMs = 1_000, drives = true } = options;
  const limits = parseLimits(EngineLimits, options.limits ?? {});
  const atOnce = parseLimits(AtOnce, options.atOnce ?? {});
  const clock = guardedClock(options.clock ?? systemClock);
  const nodeId = `node_${uuid()}`;
  const listeners = new Listeners(log);
  const levels = new LevelReader(journal);
  const context: RunnerContext = {
    nodeId,
    journal,
    crews: new Map(options.crews.map((crew) => [crew.name, crew])),
    models: limitedModels(options.models, atOnce.models),
    clock,
    levels,
    stops: new StopReader(journal),
    limits,
    foresight: new Foresight({ journal, clock, levels, limits }),
    salt: saltSource(),
    log,
    publish: (commit) => listeners.tell((listener) => listener.committed?.(commit)),
    stream: (delta) => listeners.tell((listener) => listener.delta?.(delta)),
    streams: (runId) => listeners.wantDeltas(runId),
    wake: (runId: RunId) => {
      if (isMine(runId)) drivers.wake(runId);
    },
    mayDrive: (runId, crew) => isMine(runId) && drivers.mayDrive(crew),
    drive: (taken, recorded) => drivers.begin(taken, recorded),
  };
  const isMine = (runId: RunId) => (typeof drives === 'function' ? drives(runId) : drives);
  const handOut = handOutOf(context, isMine, drives);
  const presence = new Presence({ journal, clock, log });
  const drivers = new Drivers(context, handOut, atOnce);
  const oversight = new Oversight(context);
  await join({ context, presence, handOut, drivers }, { ...options, drives, atOnce });
  const swept = { context, presence, drivers, handOut, oversight };
  const sweep = singleFlight(() => sweepOnce(swept), log);
  const stopSweep = drives ? clock.every(sweepMs, sweep.run) : () => undefined;
  if (drives) sweep.run();

  const close = closer(swept, limits.stopGraceMs, async () => {
    stopSweep();
    await sweep.idle();
  });

  return {
    nodeId,
    journal,
    announce: (url) => presence.announce(url),
    crews: () => options.crews.map(crewInfo),
    start: (crew, inputs, given) => startRun(context, drivers, crew, inputs, given),
    fork: (runId, seq, given) => forkRun(context, drivers, { runId, seq }, { drive: drives !== false, ...given }),
    ...stopMethods(context, drivers),
    cancel: (runId, reason, given) => cancelRun(context, runId, reason, given),
    ...holdMethods(context),
    ...oversightMethods(context, oversight),
    change: (runId) => changeOf(context, runId),
    acceptChange: (runId, fingerprint, given) => acceptChange(context, runId, fingerprint, given),
    ...readingMethods(journal),
    on: (listener) => listeners.add(listener),
    ...waitingMethods(context, listeners),
    close,
  };
}

function readingMethods(journal: Journal): Pick<Engine, 'run' | 'runs' | 'stateAt' | 'verify'> {
  return {
    run: (runId) => readRun(journal, runId),
    runs: (query) => journal.runs(query),
    stateAt: (runId, seq) => readState(journal, runId, seq),
    verify: (runId) => verifyRun(journal, runId),
  };
}

function stopMethods(context: RunnerContext, drivers: Drivers): Pick<Engine, 'stopAll' | 'resumeAll' | 'stop'> {
  return {
    stopAll: (request, given) => stopAll(context, request, given).finally(() => drivers.lookAgain()),
    resumeAll: (request, given) => resumeAll(context, request, given),
    stop: () => context.stops.standing(),
  };
}

function holdMethods(context: RunnerContext): Pick<Engine, 'decide' | 'claim' | 'release' | 'comment' | 'hold'> {
  return {
    decide: (holdId, request, given) => decideHold(context, holdId, request, given),
    claim: (holdId, request, given) => claimHold(context, holdId, request, given),
    release: (holdId, given) => releaseHold(context, holdId, given),
    comment: (holdId, text, given) => commentHold(context, holdId, text, given),
    hold: (holdId, reviewer) => readHold(context.journal, holdId, reviewer),
  };
}

function waitingMethods(context: RunnerContext, listeners: Listeners): Pick<Engine, 'settled' | 'outcome'> {
  const wait = { context, listeners };
  return {
    settled: (runId, given) => untilStatus(wait, runId, (status) => status !== 'running', given),
    outcome: (runId, given) => untilStatus(wait, runId, (status) => ENDED.has(status), given),
  };
}

/** Ends everything in order, once. */
function closer({ context, presence, handOut, drivers }: Swept, stopGraceMs: number, stopSweep: () => Promise<void>) {
  const close = async () => {
    await stopSweep();
    await drivers.stop(stopGraceMs);
    // A store that is away does not keep this process: others find out by its silence.
    await presence
      .leave()
      .finally(() => handOut.leave())
      .finally(() => context.journal.close());
  };
  let closing: Promise<void> | null = null;
  return () => {
    closing ??= close();
    return closing;
  };
}

/** Who goes on with certain runs only does not wait for its turn. */
function handOutOf(
  { journal, clock }: RunnerContext,
  wants: (runId: RunId) => boolean,
  drives: EngineOptions['drives'],
): HandOut {
  const own = new EmbeddedHandOut({ journal, clock, wants });
  return drives === true ? (journal.handOut ?? own) : own;
}

/** Enters this process as a node. */
async function join(
  { context, presence, handOut, drivers }: Pick<Swept, 'context' | 'presence' | 'handOut' | 'drivers'>,
  { drives, atOnce, version = 'unknown' }: Pick<EngineOptions, 'drives' | 'version'> & { atOnce: AtOnce },
): Promise<void> {
  const { nodeId: id, clock, log } = context;
  const crews = drives === true ? [...context.crews.keys()] : [];
  const startedAt = clock.now();
  const { runs = DEFAULT_RUNS_AT_ONCE, crews: ofCrews = {}, models = {} } = atOnce;
  const about = { version, crews, atOnce: { runs, crews: ofCrews, models } };
  const node = { id, pid: process.pid, host: hostname(), url: null, startedAt, seenAt: startedAt, about };
  await presence.enter(node);
  await handOut.join(node, {
    ...{ crews, limits: ofCrews },
    work: () => drivers.lookSoon(),
    poke: (runId) => drivers.poke(runId),
    trouble: (what, error) => log.error({ err: error }, `${what}: ${messageOf(error)}`),
    lost: (runId) => drivers.lose(runId),
  });
}

function oversightMethods(
  context: RunnerContext,
  oversight: Oversight,
): Pick<Engine, 'undo' | 'audit' | 'oversight' | 'sign' | 'demote'> {
  /** Whoever reports what was wrong is answered once its consequences are durable too. */
  const found = async <T>(recording: Promise<T>): Promise<T> => {
    const recorded = await recording;
    await oversight.demoteWhereDue();
    return recorded;
  };
  return {
    undo: (runId, actionId, reason, given) => found(undoAction(context, runId, actionId, reason, given)),
    audit: (runId, actionId, finding, given) => found(auditAction(context, runId, actionId, finding, given)),
    oversight: () => oversight.rows(),
    sign: (key, level, reason, given) => oversight.sign(key, level, reason, given),
    demote: (key, level, reason, given) => oversight.demote(key, level, reason, given),
  };
}

const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

interface Swept {
  readonly context: RunnerContext;
  readonly presence: Presence;
  readonly drivers: Drivers;
  readonly handOut: HandOut;
  readonly oversight: Oversight;
}

/**
 * Every second: what other processes appended to runs of ours, deadlines that have come, and runs with work to do that nobody
 * drives (their owner died, or a wake was lost).
 */
async function sweepOnce({ context, presence, drivers, handOut, oversight }: Swept): Promise<void> {
  drivers.lookAgain();
  await context.levels.current();
  await parkIfStopped(context, drivers.driven());
  await presence.buryDead();
  await handOut.sweep();
  if (handOut.leads) await fireDeadlines(context);
  await drivers.look();
  await oversight.catchUp();
}

/** One at a time: a tick that comes while the last is still at work is passed over. */
function singleFlight(work: () => Promise<void>, log: RunnerLog): { run: () => void; idle: () => Promise<void> } {
  let current: Promise<void> | null = null;
  const run = () => {
    current ??= work()
      .catch((error: unknown) => log.error({ err: error }, `sweep failed: ${messageOf(error)}`))
      .finally(() => {
        current = null;
      });
  };
  return { run, idle: async () => current ?? undefined };
}
