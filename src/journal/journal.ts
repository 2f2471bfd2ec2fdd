import type { EventType } from '../crew/events.ts';
import type { HoldRecord, HoldStatus } from '../hooks/hold.ts';
import type { DecisionFilter, FoundDecision } from '../hooks/past-decision.ts';
import type { RunStatus, RunSummary } from '../hooks/run-summary.ts';
import type { HoldId, RunId } from '../ids.ts';
import type { Json } from '../json/json.ts';
import type { Head, JournalEvent } from './envelope.ts';
import type { HandOut } from './hand-out.ts';
import type { Payload } from './payloads.ts';
import type { Erasure } from './retention.ts';

/**
 * The journal port. Adapters (memory, SQLite, Postgres) store sealed events and the rows derived from them; they decide
 * nothing. Every method that writes resolves only when what it wrote is durable, and does nothing at all when it rejects.
 */
export interface Journal {
  /** Appends as the run's owner: all of `events`, or nothing. Also starts a run (`head.seq` 0, which makes the caller its owner with epoch 1).
   *  @throws `OWNER_LOST` if the epoch is not the run's; `SEQ_CONFLICT` if the head is not `batch.head` (somebody else appended),
   *  or if `batch.request` was answered meanwhile (`answered` then gives the answer); `RUN_NOT_FOUND`. */
  append(batch: OwnerAppend): Promise<void>;

  /** Appends as somebody else (a reviewer, an operator, the clock): `decide` sees the rows under the lock of the write
   *  transaction and answers synchronously with what to append, or throws to leave everything as it was.
   *  With `request`, an answer given before to the same id is given again, without calling `decide`. `known`: how the run stands,
   *  where the caller knows that it rests; a store that is a round trip away then decides on that, and looks at it as it writes.
   *  @throws `RUN_NOT_FOUND`; `REQUEST_ID_REUSED` if the id was used with other content; whatever `decide` throws. */
  amend<T extends Json>(
    runId: RunId,
    request: Request | null,
    decide: (view: AmendView) => Amendment<T>,
    known?: (() => AtRest) | null,
  ): Promise<Amended<T>>;

  /** Appends to the journal `system`, which is no run: it has no row, no owner and no holds, and begins with its first event.
   *  Else as `amend`. @throws `REQUEST_ID_REUSED`; whatever `decide` throws. */
  amendSystem<T extends Json>(
    request: Request | null,
    decide: (head: Head) => { readonly events: readonly JournalEvent[]; readonly answer: T },
  ): Promise<Amended<T>>;

  /** Events after `after` (default 0), oldest first, at most `limit`; of one `type`, if given. An unknown run has none. */
  read(runId: RunId, options?: ReadOptions): Promise<JournalEvent[]>;
  /** The large values that the run's events name by digest. */
  payloads(runId: RunId): Promise<Payload[]>;
  head(runId: RunId): Promise<Head>;

  run(runId: RunId): Promise<RunRow | null>;
  runs(query: RunQuery): Promise<Page<RunSummary>>;
  hold(holdId: HoldId): Promise<HoldRecord | null>;
  holds(query: HoldQuery): Promise<Page<HoldRecord>>;
  /** How many runs or holds have a status, by the index alone. */
  count(wanted: Counted): Promise<number>;
  /** Decisions that were made, the last one first; those of one moment by the id of their hold. A cursor goes on below the
   *  decision that its page ended with, whatever is decided meanwhile. A page may be short, or empty, and have one all the same. */
  decided(query: DecidedQuery): Promise<Page<FoundDecision>>;

  /** The answer given before to this request; `REQUEST_ID_REUSED` if its content was another. Null if it is new. */
  answered(request: Request): Promise<Json | null>;
  /** The same, and the last event of the journal `system` (0: it has none), as of one moment: what must be known before a run starts. */
  answeredAndSystem(request: Request): Promise<{ readonly answer: Json | null; readonly systemSeq: number }>;

  /** Takes over a run that nobody alive owns and that has work to do: raises its epoch. Null if another was faster.
   *  `from` is the owner that it was taken from; null: the run was at rest, so nobody had anything under way. */
  claim(runId: RunId, owner: string): Promise<{ epoch: number; from: string | null } | null>;
  /** Runs with work to do whose owner is none, or not among `alive`, as far as there is room, in the order of arrival. */
  orphans(query: OrphanQuery): Promise<RunId[]>;
  /** Lets go of a run if the hash of its last event is still `head`, leaving `summary` as its row; false if something was appended
   *  meanwhile, and the owner must look again. Asked for together with an append, it is done in the same write, or not at all.
   *  @throws `OWNER_LOST` */
  rest(runId: RunId, epoch: number, head: string, summary: RunSummary): Promise<boolean>;

  /** Open holds of which a deadline (`dueAt`, `remindAt`) that was not yet acted on (`overdue`, `reminded`) is at or before
   *  `now`, the earliest first; at most `limit`. A cursor goes on behind the deadline that its page ended with. */
  due(query: DueQuery): Promise<Page<HoldRecord>>;

  /** This process as a node of the journal: seen by others until it leaves or stops renewing. */
  enter(node: NodeRow): Promise<void>;
  /** False if its row is gone, since it was silent for too long: it must enter again. */
  renew(nodeId: string, at: string): Promise<boolean>;
  leave(nodeId: string): Promise<void>;
  nodes(): Promise<SeenNode[]>;
  /** Runs that have work to do, the oldest first, with the node that drives them. */
  underWay(): Promise<UnderWay[]>;

  readonly tokens: TokenStore;

  /** What gives the runs of this journal to nodes, where the store does that itself. Null: whoever finds one claims it. */
  readonly handOut: HandOut | null;

  /** Removes the content of events of a run that nobody drives, the values only they named, holds, and the answers to requests
   *  that speak of the run. The chain still verifies. @throws `RUN_NOT_FOUND`; `SEQ_CONFLICT` if it moved on, or has work to do */
  erase(runId: RunId, erasure: Erasure): Promise<void>;
  /** Removes a run that nobody drives with all that belongs to it. False if there is none.
   *  @throws `SEQ_CONFLICT` if its head is not `seq` any more, or it has work to do */
  remove(runId: RunId, seq: number): Promise<boolean>;

  /** Answers given to requests, each once, in an order of the store's own: at most `limit` after that of `after` (null: from the
   *  first). */
  answers(after: Pick<Request, 'by' | 'id'> | null, limit: number): Promise<Answered[]>;
  /** Writes what another journal holds, as it is there. Newest last: lists are in the order of arrival.
   *  @throws `SEQ_CONFLICT` for a run, a hold or an answer that is there already */
  restore(part: Restored): Promise<void>;

  /** Ends writes in progress and lets go of the store. Safe to call twice. */
  close(): Promise<void>;
}

export interface ReadOptions {
  readonly after?: number;
  readonly limit?: number;
  readonly type?: EventType;
  /** As of any moment after the last write that was answered: of the journal `system`, that may be known without a read. */
  readonly asOfLastWrite?: boolean;
}

export interface OwnerAppend {
  readonly runId: RunId;
  readonly epoch: number;
  /** The node that appends; recorded as owner when this starts the run. Null: it starts without an owner, for whoever takes it. */
  readonly owner: string | null;
  /** The head that `events` were sealed after. */
  readonly head: Head;
  readonly events: readonly JournalEvent[];
  readonly payloads: readonly Payload[];
  /** The rows as they are after `events` (`summary` without `outputs`); of holds, those that changed. */
  readonly summary: RunSummary;
  readonly holds: readonly HoldRecord[];
  readonly fingerprint: string;
  /** When this append starts a run on a client's request. */
  readonly request?: Answered;
}

export interface AmendView {
  readonly head: Head;
  readonly run: RunRow;
  /** The store's time, read under the lock: UTC, ISO 8601; absent where the store has no clock of its own. */
  readonly now?: string;
  hold(holdId: HoldId): HoldRecord | null;
}

/** A run that rests, as somebody takes it to stand: nobody's, with nothing to do. `holds`: the open ones. */
export interface AtRest {
  readonly run: RunRow & { readonly owner: null; readonly wake: false };
  readonly holds: readonly HoldRecord[];
}

export interface Amendment<T extends Json> {
  readonly events: readonly JournalEvent[];
  readonly payloads: readonly Payload[];
  readonly summary: RunSummary;
  readonly holds: readonly HoldRecord[];
  /** Whether the run has work to do after this, so that an owner must take it. */
  readonly wake: boolean;
  /** The node that takes it at once, in the same write, if it was at rest. */
  readonly takeFor?: string | null;
  readonly answer: T;
}

export interface Amended<T extends Json> {
  readonly answer: T;
  /** Empty when the answer is that of an earlier request. */
  readonly events: readonly JournalEvent[];
  /** The epoch with which `takeFor` owns the run now; absent: somebody else owns it, or nobody. */
  readonly epoch?: number;
}

/** A client's message that must count once. `content` is the digest of what it asks for; ids of different people never meet. */
export interface Request {
  readonly by: string;
  readonly id: string;
  readonly content: string;
}
export interface Answered extends Request {
  readonly answer: Json;
}

export interface RunRow {
  readonly summary: RunSummary;
  readonly head: Head;
  readonly fingerprint: string;
  readonly owner: string | null;
  readonly epoch: number;
  readonly wake: boolean;
}

/** A run with its events (`row` null: the journal of no run), a hold of a run, or the answer to a request. */
export type Restored =
  | {
      readonly type: 'run';
      readonly runId: RunId;
      readonly row: RunRow | null;
      readonly events: readonly JournalEvent[];
      readonly payloads: readonly Payload[];
    }
  | { readonly type: 'hold'; readonly runId: RunId; readonly hold: HoldRecord }
  | { readonly type: 'answer'; readonly answer: Answered };

export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor: string | null;
}
export interface RunQuery {
  readonly status?: RunStatus | undefined;
  readonly crew?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}
export interface HoldQuery {
  readonly status?: HoldStatus | undefined;
  readonly crew?: string | undefined;
  readonly runId?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export type Counted =
  | { readonly list: 'runs'; readonly status: RunStatus }
  | { readonly list: 'holds'; readonly status: HoldStatus };

export interface OrphanQuery {
  /** Nodes. */
  readonly alive: readonly string[];
  /** How many of a crew there is room for, by its name; of a crew that is not named there is none. */
  readonly room: ReadonlyMap<string, number>;
  /** At most so many of all crews together. */
  readonly limit: number;
  /** None but these. Absent: any. */
  readonly only?: readonly RunId[] | undefined;
}

export interface DueQuery {
  readonly now: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface DecidedQuery extends Omit<DecisionFilter, 'text'> {
  readonly crew?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** `url` null: a process that runs crews without serving reviewers. */
export interface NodeRow {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  readonly url: string | null;
  readonly startedAt: string;
  readonly seenAt: string;
  /** Absent: an older version entered it. */
  readonly about?: NodeAbout;
}

/** What a node says of itself, for people to read. */
export interface NodeAbout {
  /** Of the package. */
  readonly version: string;
  /** Of which it takes runs; none: it drives only what it was told to, or records decisions. */
  readonly crews: readonly string[];
  /** How much it does at a time. */
  readonly atOnce: {
    readonly runs: number;
    readonly crews: Readonly<Record<string, number>>;
    readonly models: Readonly<Record<string, number>>;
  };
}

/**
 * A node as the store knows it. `silentMs`: for how long it was not heard of, by the one clock that the store has for all of them.
 * Null where the store is a file of one machine: then `seenAt` is by the machine's clock, and a process can be asked for by its id.
 */
export interface SeenNode extends NodeRow {
  readonly silentMs: number | null;
}

/** `owner` null: it waits for whoever takes it. */
export interface UnderWay {
  readonly runId: RunId;
  readonly crew: string;
  readonly owner: string | null;
}

export interface TokenRow {
  readonly id: string;
  /** SHA-256 of the token; the token itself is nowhere. */
  readonly hash: string;
  readonly user: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}
export interface TokenStore {
  add(row: TokenRow): Promise<void>;
  byHash(hash: string): Promise<TokenRow | null>;
  list(): Promise<TokenRow[]>;
  /** False if there is no such token, or it was revoked before. */
  revoke(id: string, at: string): Promise<boolean>;
}
