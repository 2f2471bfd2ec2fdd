import { resolveModel } from './agents/resolve-model.ts';
import {
  checkDecision,
  checkHoldQuery,
  checkRequestId,
  checkRunQuery,
  checkUser,
  reviewerOf,
} from './check-arguments.ts';
import type { CrewDefinition } from './crew/crew-definition.ts';
import type { Crew } from './crew/crew-types.ts';
import { crewDefinition } from './crew/define-crew.ts';
import type { Model } from './crew/model.ts';
import { HoldpointError } from './errors.ts';
import type { ClaimRequest } from './hooks/claim.ts';
import type { DecisionRequest } from './hooks/decide.ts';
import { type Hold, type HoldInFull, toHold } from './hooks/hold.ts';
import type { Reviewer } from './hooks/reviewer.ts';
import type { RunStatus, RunSummary, RunWithOutputs } from './hooks/run-summary.ts';
import type { HoldId, RunId } from './ids.ts';
import type { HoldQuery, Journal, RunQuery } from './journal/journal.ts';
import { digestOf } from './json/digest.ts';
import type { Json } from './json/json.ts';
import { DEFAULT_DATABASE, openDatabase } from './open-database.ts';
import { tellOtherNodes } from './other-nodes.ts';
import { packageVersion } from './package-version.ts';
import type { RunView } from './replay/run-view.ts';
import { announcementsOf } from './runner/announcements.ts';
import type { AtOnce } from './runner/at-once.ts';
import type { Clock } from './runner/clock.ts';
import type { RunnerLog } from './runner/context.ts';
import type { ClientRequest, CrewChange, Decided, Engine } from './runner/engine.ts';
import type { EngineLimits } from './runner/limits.ts';
import { openEngine } from './runner/open-engine.ts';
import { silentLog } from './runner/silent-log.ts';
import { localUser } from './server/identity/local-user.ts';

export interface HoldpointOptions<Cs extends readonly Crew[]> {
  readonly crews: Cs;
  /** `file:PATH`; default `HOLDPOINT_DATABASE`, else `file:.holdpoint/holdpoint.db`. Or a journal of your own. */
  readonly database?: string | Journal;
  /** For agents and crews that name none: a name, or a model. Default `HOLDPOINT_MODEL`. */
  readonly model?: string | Model;
  /** Default: silent. */
  readonly log?: RunnerLog;
  readonly clock?: Clock;
  /** How much a run and a value may be, and how long a stop may take; what is not named has its default. @throws `LIMIT_INVALID` */
  readonly limits?: Partial<EngineLimits>;
  /** How much may be done at a time; the rest waits for its turn. @throws `LIMIT_INVALID` */
  readonly atOnce?: AtOnce;
}

export interface StartOptions {
  /** 'user:NAME'; default 'local:LOGIN' of this process. */
  readonly requestedBy?: string;
  /** Starting twice with the same id and inputs gives the same run. At most 64 characters. */
  readonly requestId?: string;
}

/** The embedding program vouches for `by`: a user, or a user with roles and groups where a policy asks for them. */
export type By = string | Reviewer;

export type Decision = DecisionRequest & { readonly holdId: string; readonly requestId?: string; readonly by: By };

type Types<C extends Crew> = NonNullable<C['~types']>;
type Named<Cs extends readonly Crew[], N> = Extract<Cs[number], { name: N }>;

export interface Outcome<Out> {
  readonly status: Extract<RunStatus, 'completed' | 'failed' | 'cancelled'>;
  readonly outputs: Partial<Out>;
  readonly usage: RunSummary['usage'];
  readonly error: RunSummary['error'];
}

export interface Run<Out> {
  readonly id: RunId;
  /** Resolves as soon as nothing can move without a person, or at the end. */
  settled(options?: { signal?: AbortSignal }): Promise<RunWithOutputs>;
  /** Waits for the end, through every hold. */
  outcome(options?: { signal?: AbortSignal }): Promise<Outcome<Out>>;
  cancel(reason: string, by?: By): Promise<RunSummary>;
  /**
   * A new run that goes on where this one was after event `seq`: what was done until then is kept and not done again, and its open
   * holds open again. @throws `FORK_NOT_POSSIBLE`, `CREW_CHANGED`, `CREW_NOT_FOUND`
   */
  fork(seq: number, by?: By): Promise<Run<Out>>;
  /** The state as the journal says it was after event `seq`; default: the last. Nothing is asked or done again. */
  at(seq?: number): Promise<RunView>;
  /** How the crew of the run differs from the one that is open here; a run whose crew changed is parked until somebody accepts that. */
  change(): Promise<CrewChange>;
  /** Lets a parked run go on with the crew that is open here. `fingerprint`: of the change that was looked at. @throws `CREW_CHANGED` */
  resume(fingerprint: string, by?: By): Promise<RunSummary>;
}

interface HoldpointEvents {
  'hold:opened': Hold;
  'hold:updated': Hold;
  'hold:closed': Hold;
  'run:updated': RunSummary;
}

export interface Holdpoint<Cs extends readonly Crew[]> extends AsyncDisposable {
  start<N extends Cs[number]['name']>(
    crew: N,
    inputs: Types<Named<Cs, N>>['input'],
    options?: StartOptions,
  ): Promise<Run<Types<Named<Cs, N>>['outputs']>>;
  /** A run that was started before, by this process or another. @throws `RUN_NOT_FOUND` */
  run(id: string): Promise<Run<Record<string, Json>>>;
  readonly holds: {
    list(query?: HoldQuery): Promise<{ holds: Hold[]; cursor: string | null }>;
    get(holdId: string): Promise<HoldInFull>;
  };
  readonly runs: {
    list(query?: RunQuery): Promise<{ runs: RunSummary[]; cursor: string | null }>;
    get(runId: string): Promise<RunWithOutputs>;
  };
  /** @throws {HoldpointError} the codes of a decision (contract), such as `HOLD_ALREADY_DECIDED` and `HOLD_STALE`. */
  decide(decision: Decision): Promise<Decided>;
  /** Tells others that `by` is at it, for 15 minutes; what a person did outside can only be recorded under their claim. */
  claim(holdId: string, claim: ClaimRequest & { readonly by: By }): Promise<Hold>;
  /** A listener that throws, or whose promise is rejected, is logged and otherwise ignored. @returns what takes it out again */
  on<T extends keyof HoldpointEvents>(event: T, listener: (payload: HoldpointEvents[T]) => void): () => void;
  close(): Promise<void>;
}

/** Runs crews inside this process, on a journal of its own. */
export async function openHoldpoint<const Cs extends readonly Crew[]>(
  options: HoldpointOptions<Cs>,
): Promise<Holdpoint<Cs>> {
  const { database = process.env.HOLDPOINT_DATABASE ?? DEFAULT_DATABASE } = options;
  const crews = definitionsOf(options.crews);
  const journal = typeof database === 'string' ? await openDatabase(database) : database;
  const engine = await openEngine({
    crews,
    journal,
    models: (choice) => resolveModel(choice ?? options.model ?? null),
    log: options.log ?? silentLog,
    limits: options.limits,
    version: packageVersion(),
    ...(options.atOnce ? { atOnce: options.atOnce } : {}),
    ...(options.clock ? { clock: options.clock } : {}),
  });
  const address = typeof database === 'string' ? database : '';
  const others = await tellOtherNodes(engine, address, options.log ?? silentLog).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  const close = () => engine.close().finally(() => others.leave());
  return {
    async start(crew, inputs, { requestedBy = localUser(), requestId } = {}) {
      checkUser(requestedBy, 'requestedBy');
      const request = requestOf(requestId, { start: crew, inputs });
      const { id } = await engine.start(crew, inputs as Json, { requestedBy, request });
      return runHandle(engine, id);
    },
    run: async (id) => runHandle(engine, (await engine.run(id as RunId)).id),
    holds: {
      async list(query = {}) {
        checkHoldQuery(query);
        const { items, cursor } = await journal.holds(query);
        return { holds: items.map(toHold), cursor };
      },
      get: async (holdId) => (await engine.hold(holdId as HoldId, reviewerOf(localUser()))).hold,
    },
    runs: {
      async list(query = {}) {
        checkRunQuery(query);
        const { items, cursor } = await journal.runs(query);
        return { runs: [...items], cursor };
      },
      get: (runId) => engine.run(runId as RunId),
    },
    async decide(decision) {
      checkDecision(decision);
      const { holdId, requestId, by, ...request } = decision;
      const given = requestOf(requestId, { decide: holdId, ...request });
      return engine.decide(holdId as HoldId, request, { actor: reviewerOf(by), request: given });
    },
    claim: async (holdId, { by, ...request }) => engine.claim(holdId as HoldId, request, { actor: reviewerOf(by) }),
    on: (event, listener) => listen(engine, event, listener),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** @throws `CREW_INVALID` for what is no crew, and for two of one name: a run would be of either. */
function definitionsOf(crews: readonly Crew[]): CrewDefinition[] {
  if (!Array.isArray(crews))
    throw new HoldpointError('CREW_INVALID', 'Hand the crews as a list: `openHoldpoint({ crews: [crew] })`.');
  const definitions = crews.map(crewDefinition);
  const names = definitions.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return definitions;
  throw new HoldpointError('CREW_INVALID', `There are two crews "${twice}". Leave one out, or rename it.`);
}

/** The same id with other content is noticed by the digest of the content. */
function requestOf(id: string | undefined, content: object): ClientRequest | undefined {
  if (id === undefined) return undefined;
  checkRequestId(id);
  return { id, content: digestOf(content) };
}

function runHandle<Out>(engine: Engine, id: RunId): Run<Out> {
  return {
    id,
    settled: (options) => engine.settled(id, options),
    async outcome(options) {
      const { status, outputs, usage, error } = await engine.outcome(id, options);
      return { status: status as Outcome<Out>['status'], outputs: outputs as Partial<Out>, usage, error };
    },
    fork: async (seq, by = localUser()) =>
      runHandle(engine, (await engine.fork(id, seq, { actor: reviewerOf(by) })).id),
    at: (seq) => engine.stateAt(id, seq),
    change: () => engine.change(id),
    resume: async (fingerprint, by = localUser()) => engine.acceptChange(id, fingerprint, { actor: reviewerOf(by) }),
    cancel: async (reason, by = localUser()) => engine.cancel(id, reason, { actor: reviewerOf(by) }),
  };
}

function listen<T extends keyof HoldpointEvents>(
  engine: Engine,
  event: T,
  listener: (payload: HoldpointEvents[T]) => void,
): () => void {
  return engine.on({
    async committed(commit) {
      const told = announcementsOf(commit).filter(({ type }) => type === event);
      // Each begins at once, whatever becomes of the one before.
      await Promise.all(
        told.map(async (one) => listener((one.type === 'run:updated' ? one.run : one.hold) as HoldpointEvents[T])),
      );
    },
  });
}
