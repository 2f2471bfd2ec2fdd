import { HoldpointError } from '../errors.ts';
import type { Hold } from '../hooks/hold.ts';
import type { Json } from '../json/json.ts';
import type { Data, Sent } from '../server/protocol/messages.ts';
import type { RunEvent } from '../server/protocol/run-event.ts';
import type { ServerMessage, ServerMessageName } from '../server/protocol/server-messages.ts';
import { type Change, Connection, type ConnectionEvents, type ConnectOptions } from './connection.ts';
import { RunWatches } from './run-watches.ts';
import { type WatchOptions, watchRun } from './watch-iterable.ts';

/** What a reviewer says of a hold. `requestId`: to send the very same decision again, from another process. */
export type Decision = Omit<Change<'hold:decide'>, 'holdId' | 'digest'>;

/** A hold as it was looked at: its digest says which revision the decision is on. */
export type SeenHold = Pick<Hold, 'id' | 'digest'>;

export interface FollowOptions extends WatchOptions {
  readonly onError?: ((error: unknown) => void) | undefined;
}

type ReadOptions<N extends 'holds:list' | 'runs:list' | 'actions:list' | 'decisions:search'> = Sent<N>;
type Repeatable = { readonly requestId?: string | undefined };

/**
 * A typed client of a review server. Every method rejects with a `HoldpointError` whose `code` says what happened; one that
 * changes something is sent again until the server has acknowledged it, and counts once.
 */
export interface ReviewClient extends AsyncDisposable {
  readonly connected: boolean;
  me(): Promise<Data<'me'>>;
  readonly holds: {
    list(query?: ReadOptions<'holds:list'>): Promise<Data<'holds:list'>>;
    /** With what the agent knew and did, and what you may do with it. */
    get(holdId: string): Promise<Data<'hold:get'>>;
  };
  /** @throws `HOLD_ALREADY_DECIDED` (details say who won), `HOLD_STALE`, `HOLD_CLAIMED`, `REASON_REQUIRED`, `VALUE_INVALID`, … */
  decide(hold: SeenHold, decision: Decision): Promise<Data<'hold:decide'>>;
  decide(holdId: string, decision: Decision & { readonly digest: string }): Promise<Data<'hold:decide'>>;
  /** At most 20, each by itself: the results tell one by one. */
  decideMany(
    decisions: readonly (Omit<Decision, 'requestId'> & { readonly hold: SeenHold })[],
    options?: Repeatable,
  ): Promise<Data<'hold:decideMany'>['results']>;
  claim(hold: SeenHold | string, request?: Omit<Change<'hold:claim'>, 'holdId'>): Promise<Hold>;
  release(hold: SeenHold | string, options?: Repeatable): Promise<Hold>;
  comment(hold: SeenHold | string, text: string, options?: Repeatable): Promise<Hold>;
  readonly runs: {
    start(crew: string, inputs?: Json, options?: Repeatable): Promise<Data<'run:start'>>;
    get(runId: string): Promise<Data<'run:get'>>;
    list(query?: ReadOptions<'runs:list'>): Promise<Data<'runs:list'>>;
    cancel(runId: string, reason: string, options?: Repeatable): Promise<Data<'run:cancel'>>;
    /** Parks every run of the database, on whatever node; with `cancel` ends them. Nothing starts (`STOPPED`) until `resumeAll`. */
    stopAll(reason: string, options?: Repeatable & { readonly cancel?: true }): Promise<Data<'runs:stopAll'>>;
    /** Lifts the stop, and lets the runs go on that it parked; with `keepParked` only lifts it. */
    resumeAll(reason: string, options?: Repeatable & { readonly keepParked?: true }): Promise<Data<'runs:resumeAll'>>;
    /** Who stopped everything, when and why; null: nobody. */
    stop(): Promise<Data<'runs:stop'>['stop']>;
    /** How the crew of a run differs from the one that the server has. */
    change(runId: string): Promise<Data<'run:change'>>;
    /** Lets a parked run go on with the server's crew, if it is still the one that was looked at. @throws `CREW_CHANGED` */
    resume(runId: string, fingerprint: string, options?: Repeatable): Promise<Data<'run:resume'>>;
    /** A new run that goes on where this one was after event `seq`. @throws `FORK_NOT_POSSIBLE`, `CREW_CHANGED` */
    fork(runId: string, seq: number, options?: Repeatable): Promise<Data<'run:fork'>>;
    /** As the journal says it was after event `seq`; default: the last. */
    state(runId: string, seq?: number): Promise<Data<'run:state'>>;
    verify(runId: string): Promise<Data<'run:verify'>>;
    /** One page of the journal. */
    events(runId: string, query?: Omit<Sent<'run:events'>, 'runId'>): Promise<Data<'run:events'>>;
    /** Every event after `after`, in order, none twice, also across reconnects. */
    watch(runId: string, options?: WatchOptions): AsyncIterable<RunEvent>;
    /** The same with a callback. Returns how to end it. */
    follow(runId: string, onEvent: (event: RunEvent) => void, options?: FollowOptions): () => void;
  };
  readonly actions: {
    list(query?: ReadOptions<'actions:list'>): Promise<Data<'actions:list'>>;
    undo(runId: string, actionId: string, reason: string, options?: Repeatable): Promise<Data<'action:undo'>>;
    audit(
      runId: string,
      actionId: string,
      finding: Omit<Change<'action:audit'>, 'runId' | 'actionId'>,
    ): Promise<Data<'action:audit'>>;
  };
  readonly oversight: {
    /** The record of every action type and confirmed task. */
    list(): Promise<Data<'oversight:list'>['actionTypes']>;
    /** @throws `DECISION_NOT_ALLOWED` (details say what is missing), `ACTION_NOT_FOUND`, `FORBIDDEN` */
    sign(
      key: string,
      level: Change<'oversight:sign'>['level'],
      reason: string,
      options?: Repeatable,
    ): Promise<Data<'oversight:sign'>>;
    /** Without `level` back to the tool's own tier. */
    demote(
      key: string,
      reason: string,
      level?: Change<'oversight:demote'>['level'],
      options?: Repeatable,
    ): Promise<Data<'oversight:demote'>>;
  };
  /** Past decisions: who, what, when, why, and what they changed. */
  readonly decisions: { search(query?: ReadOptions<'decisions:search'>): Promise<Data<'decisions:search'>> };
  readonly crews: { list(): Promise<Data<'crews:list'>['crews']> };
  /** Returns how to stop listening. `run:delta` comes for runs that are watched. */
  on<N extends ServerMessageName>(name: N, listener: (message: ServerMessage<N>) => void): () => void;
  on<N extends keyof ConnectionEvents>(name: N, listener: ConnectionEvents[N]): () => void;
  close(): Promise<void>;
}

/**
 * Connects to a review server, in Node and in browsers.
 * @throws {HoldpointError} `UNAUTHENTICATED`; `UNAVAILABLE` if no server answers there; `USAGE` for what is no address.
 */
export async function connectReview(url: string, options: ConnectOptions = {}): Promise<ReviewClient> {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new HoldpointError(
      'USAGE',
      `${JSON.stringify(url)} is not the address of a review server. Write http://127.0.0.1:4600, say.`,
    );
  }
  const connection = new Connection(url, options);
  await connection.open(options.signal);
  return clientOf(connection);
}

function clientOf(connection: Connection): ReviewClient {
  const close = async () => connection.end();
  return {
    get connected() {
      return connection.connected;
    },
    me: () => connection.ask('me', {}),
    holds: {
      list: (query = {}) => connection.ask('holds:list', query),
      get: (holdId) => connection.ask('hold:get', { holdId }),
    },
    ...decisionsOver(connection),
    runs: runsOver(connection),
    actions: {
      list: (query = {}) => connection.ask('actions:list', query),
      undo: (runId, actionId, reason, options) =>
        connection.change('action:undo', { runId, actionId, reason, ...options }),
      audit: (runId, actionId, finding) => connection.change('action:audit', { runId, actionId, ...finding }),
    },
    oversight: {
      list: async () => (await connection.ask('oversight:list', {})).actionTypes,
      sign: (key, level, reason, options) => connection.change('oversight:sign', { key, level, reason, ...options }),
      demote: (key, reason, level, options) =>
        connection.change('oversight:demote', { key, reason, ...(level === undefined ? {} : { level }), ...options }),
    },
    decisions: { search: (query = {}) => connection.ask('decisions:search', query) },
    crews: { list: async () => (await connection.ask('crews:list', {})).crews },
    on: (name: never, listener: never) => connection.on(name, listener),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function decisionsOver(
  connection: Connection,
): Pick<ReviewClient, 'decide' | 'decideMany' | 'claim' | 'release' | 'comment'> {
  return {
    decide: (hold: SeenHold | string, decision: Decision & { readonly digest?: string }) => {
      const seen = typeof hold === 'string' ? { id: hold, digest: decision.digest ?? '' } : hold;
      return connection.change('hold:decide', { ...decision, holdId: seen.id, digest: seen.digest });
    },
    decideMany: async (given, options) => {
      const decisions = given.map(({ hold, ...decision }) => ({ ...decision, holdId: hold.id, digest: hold.digest }));
      return (await connection.change('hold:decideMany', { decisions, ...options })).results;
    },
    claim: (hold, request) => connection.change('hold:claim', { ...request, holdId: idOf(hold) }),
    release: (hold, options) => connection.change('hold:release', { ...options, holdId: idOf(hold) }),
    comment: (hold, text, options) => connection.change('hold:comment', { ...options, holdId: idOf(hold), text }),
  };
}

function runsOver(connection: Connection): ReviewClient['runs'] {
  const watches = new RunWatches(connection);
  const closed = () => connection.ended.aborted && connection.ended.reason === null;
  return {
    start: (crew, inputs = {}, options = {}) => connection.change('run:start', { crew, inputs, ...options }),
    get: (runId) => connection.ask('run:get', { runId }),
    list: (query = {}) => connection.ask('runs:list', query),
    cancel: (runId, reason, options) => connection.change('run:cancel', { runId, reason, ...options }),
    stopAll: (reason, options) => connection.change('runs:stopAll', { reason, ...options }),
    resumeAll: (reason, options) => connection.change('runs:resumeAll', { reason, ...options }),
    stop: async () => (await connection.ask('runs:stop', {})).stop,
    change: (runId) => connection.ask('run:change', { runId }),
    resume: (runId, fingerprint, options) => connection.change('run:resume', { runId, fingerprint, ...options }),
    fork: (runId, seq, options) => connection.change('run:fork', { runId, seq, ...options }),
    state: (runId, seq) => connection.ask('run:state', seq === undefined ? { runId } : { runId, seq }),
    verify: (runId) => connection.ask('run:verify', { runId }),
    events: (runId, query) => connection.ask('run:events', { runId, ...query }),
    watch: (runId, options) => watchRun(watches, runId, { ...options, closed }),
    follow: (runId, onEvent, { after = 0, signal, onError = () => undefined } = {}) => {
      const stop = watches.add(runId, { after, onEvent, onError });
      signal?.addEventListener('abort', stop, { once: true });
      return stop;
    },
  };
}

function idOf(hold: SeenHold | string): string {
  return typeof hold === 'string' ? hold : hold.id;
}
