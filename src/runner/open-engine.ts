import { hostname } from 'node:os';
import { v7 as uuid } from 'uuid';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import { HoldpointError, messageOf } from '../errors.ts';
import type { RunId } from '../ids.ts';
import type { HandOut } from '../journal/hand-out.ts';
import type { Journal } from '../journal/journal.ts';
import { AtOnce, DEFAULT_RUNS_AT_ONCE } from './at-once.ts';
import { type Clock, systemClock } from './clock.ts';
import type { RunnerContext, RunnerLog } from './context.ts';
import { crewInfo } from './crew-info.ts';
import { Drivers } from './drivers.ts';
import { EmbeddedHandOut } from './embedded-hand-out.ts';
import type { Engine, ModelSource } from './engine.ts';
import { engineMethods } from './engine-methods.ts';
import { Foresight } from './foresight.ts';
import { guardedClock } from './guarded-clock.ts';
import { LevelReader } from './level-reader.ts';
import { limitedModels } from './limited-models.ts';
import { EngineLimits, parseLimits } from './limits.ts';
import { Listeners } from './listeners.ts';
import { Oversight } from './oversight.ts';
import { Presence } from './presence.ts';
import { RunWaiters } from './run-waiters.ts';
import { saltSource } from './salt.ts';
import { StopReader } from './stops.ts';
import { type EngineParts, startSweeping } from './sweep.ts';

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
  /** Which runs this process takes over when they have work to do: all of its crews (default), those that are in a set at the
   *  moment, or, with false, none: it only records. */
  readonly drives?: boolean | ReadonlySet<RunId>;
  readonly atOnce?: AtOnce;
  /** Of the package, for whoever looks at the list of nodes. */
  readonly version?: string;
}

/** Opens an engine on a journal, which is its own from then on: takes over what a dead process left, and drives runs until it is closed. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  try {
    return await open(options);
  } catch (error) {
    await options.journal.close();
    throw error;
  }
}

async function open(options: EngineOptions): Promise<Engine> {
  const { journal, log, sweepMs = 1_000, drives = true } = options;
  const atOnce = parseLimits(AtOnce, options.atOnce ?? {});
  const listeners = new Listeners(log);
  const isMine = (runId: RunId) => (typeof drives === 'boolean' ? drives : drives.has(runId));
  const context: RunnerContext = {
    ...portsOf(options, listeners),
    models: limitedModels(options.models, atOnce.models),
    wake: (runId) => {
      if (isMine(runId)) drivers.wake(runId);
    },
    mayDrive: (runId, crew) => isMine(runId) && drivers.mayDrive(crew),
    drive: (taken, recorded) => drivers.begin(taken, recorded),
  };
  const handOut = handOutOf(context, drives, (runId) => drivers.has(runId));
  const presence = new Presence(context);
  const drivers = new Drivers(context, handOut, atOnce);
  const oversight = new Oversight(context);
  await join({ context, presence, handOut, drivers }, { ...options, drives, atOnce });
  const waiters = new RunWaiters({ context, drivers, listeners });
  const parts = { context, presence, drivers, handOut, oversight };
  const stopSweeping = drives ? startSweeping(parts, sweepMs) : async () => undefined;
  const ending = closer(parts, waiters, stopSweeping);
  const methods = engineMethods({ context, drivers, oversight, waiters, drives: drives !== false });
  return {
    nodeId: context.nodeId,
    journal,
    announce: (url) => presence.announce(url),
    crews: () => options.crews.map(crewInfo),
    ...untilClosed(methods, ending.isClosed),
    on: (listener) => listeners.add(listener),
    close: ending.close,
  };
}

/** What is asked of a closed engine is refused here: a journal in memory can be reached still, but nobody would go on with its runs. */
function untilClosed<T extends object>(methods: T, isClosed: () => boolean): T {
  const guarded = Object.entries(methods).map(([name, method]) => [
    name,
    async (...given: unknown[]) => {
      if (isClosed()) throw closed();
      return method(...given);
    },
  ]);
  // Each has the arguments and the answer of its method, and all of these answer with a promise.
  return Object.fromEntries(guarded) as T;
}

function closed(): HoldpointError {
  return new HoldpointError('UNAVAILABLE', 'The engine is closed. Nothing was recorded; open it again.');
}

/** All of the context that does not depend on what drives the runs. */
function portsOf(
  options: EngineOptions,
  listeners: Listeners,
): Omit<RunnerContext, 'models' | 'wake' | 'mayDrive' | 'drive'> {
  const { journal, log, crews } = options;
  const limits = parseLimits(EngineLimits, options.limits ?? {});
  const clock = guardedClock(options.clock ?? systemClock);
  const levels = new LevelReader(journal);
  return {
    nodeId: `node_${uuid()}`,
    ...{ journal, clock, levels, limits, log },
    crews: new Map(crews.map((crew) => [crew.name, crew])),
    stops: new StopReader(journal),
    foresight: new Foresight({ journal, clock, levels, limits }),
    salt: saltSource(),
    publish: (commit) => listeners.tell((listener) => listener.committed?.(commit)),
    stream: (delta) => listeners.tell((listener) => listener.delta?.(delta)),
    streams: (runId) => listeners.wantDeltas(runId),
  };
}

/** Ends everything in order, once. */
function closer(
  { context, presence, handOut, drivers }: EngineParts,
  waiters: RunWaiters,
  stopSweeping: () => Promise<void>,
) {
  let isClosed = false;
  const close = async () => {
    await stopSweeping();
    // A store that is away does not keep this process: others find out by its silence.
    await drivers
      .stop(context.limits.stopGraceMs)
      .finally(() => waiters.close())
      .finally(() => presence.leave())
      .finally(() => handOut.leave())
      .finally(() => {
        isClosed = true;
        return context.journal.close();
      });
  };
  let closing: Promise<void> | null = null;
  return {
    isClosed: () => isClosed,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Who goes on with certain runs only does not wait for its turn. */
function handOutOf(
  { journal, clock }: RunnerContext,
  drives: boolean | ReadonlySet<RunId>,
  isTaken: (runId: RunId) => boolean,
): HandOut {
  const only = drives === true ? null : drives || new Set<RunId>();
  const own = new EmbeddedHandOut({ journal, clock, only, isTaken });
  return drives === true ? (journal.handOut ?? own) : own;
}

/** Enters this process as a node. */
async function join(
  { context, presence, handOut, drivers }: Pick<EngineParts, 'context' | 'presence' | 'handOut' | 'drivers'>,
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
