import type { Model } from '../crew/model.ts';
import type { ClaimRequest } from '../hooks/claim.ts';
import type { DecisionRequest } from '../hooks/decide.ts';
import type { Level } from '../hooks/graduation/level.ts';
import type { Hold, HoldInFull, HoldRecord } from '../hooks/hold.ts';
import type { Verdict } from '../hooks/review-policy.ts';
import type { Reviewer } from '../hooks/reviewer.ts';
import type { RunSummary, RunWithOutputs } from '../hooks/run-summary.ts';
import type { ActionId, HoldId, RunId } from '../ids.ts';
import type { JournalEvent } from '../journal/envelope.ts';
import type { Journal, Page, RunQuery } from '../journal/journal.ts';
import type { Json } from '../json/json.ts';
import type { OversightRow } from '../replay/record/oversight-table.ts';
import type { RunView } from '../replay/run-view.ts';
import type { Stop } from './stops.ts';

/**
 * What runs crews and takes decisions, as the server and the public API use it. Whoever calls has made sure who the actor is;
 * the engine makes sure that the policy of a hold allows them. A promise that resolves means durable; one that rejects means
 * that nothing happened. Every changing call may carry a client's request id, and then counts once.
 */
export interface Engine {
  readonly nodeId: string;
  /** For reading; changes go through the engine. */
  readonly journal: Journal;
  /** Where reviewers reach this node (null: nowhere), for other processes, which look for it before they change anything. */
  announce(url: string | null): Promise<void>;

  crews(): readonly CrewInfo[];
  start(crew: string, inputs: Json, options: StartOptions): Promise<RunSummary>;
  cancel(runId: RunId, reason: string, options: ActOptions): Promise<RunSummary>;

  /**
   * Stops everything in the database, on whatever node, until it is lifted: its runs are parked, or cancelled, and `start`, `fork` and
   * `acceptChange` throw `STOPPED`. @returns the runs
   */
  stopAll(request: StopRequest, options: ActOptions): Promise<RunId[]>;
  /** Lifts the stop, and lets the runs go on that it parked. @returns which */
  resumeAll(request: ResumeRequest, options: ActOptions): Promise<RunId[]>;
  /** The stop that stands; null: none. */
  stop(): Promise<Stop | null>;
  /**
   * A new run that goes on where this one was after event `seq`; nothing that was done until then is done again.
   * @throws `RUN_NOT_FOUND`, `FORK_NOT_POSSIBLE`, `CREW_NOT_FOUND`, `CREW_CHANGED`
   */
  fork(runId: RunId, seq: number, options: ForkOptions): Promise<RunSummary>;

  /** The outcome of a decision: the hold after it, and the seq under which it is recorded. */
  decide(holdId: HoldId, request: DecisionRequest, options: ActOptions): Promise<Decided>;
  claim(holdId: HoldId, request: ClaimRequest, options: ActOptions): Promise<Hold>;
  release(holdId: HoldId, options: ActOptions): Promise<Hold>;
  comment(holdId: HoldId, text: string, options: ActOptions): Promise<Hold>;

  undo(runId: RunId, actionId: ActionId, reason: string, options: ActOptions): Promise<{ recordedSeq: number }>;
  audit(runId: RunId, actionId: ActionId, finding: Finding, options: ActOptions): Promise<{ recordedSeq: number }>;

  /** The record of every action type and confirmed task, computed from the journals, with advice on less oversight. */
  oversight(): Promise<OversightRow[]>;
  /** Signs for the next level of an action type. @throws `ACTION_NOT_FOUND`, `FORBIDDEN`, `REASON_REQUIRED`, `DECISION_NOT_ALLOWED` */
  sign(key: string, level: Level, reason: string, options: ActOptions): Promise<LevelChange>;
  /** Takes a level back; null: to the tool's own tier. @throws `ACTION_NOT_FOUND`, `REASON_REQUIRED`, `DECISION_NOT_ALLOWED` */
  demote(key: string, level: Level | null, reason: string, options: ActOptions): Promise<LevelChange>;

  /** How the crew of a run differs from the one that is here. @throws `RUN_NOT_FOUND`, `CREW_NOT_FOUND` */
  change(runId: RunId): Promise<CrewChange>;
  /** Lets a parked run go on with the crew that is here. `fingerprint`: of what was shown, so that nobody accepts another.
   *  @throws `CREW_CHANGED`, `BAD_REQUEST`, `STOPPED` */
  acceptChange(runId: RunId, fingerprint: string, options: ActOptions): Promise<RunSummary>;

  /** One hold with `context` and `done`, and what this person may do with it. @throws `HOLD_NOT_FOUND` */
  hold(holdId: HoldId, reviewer: Reviewer): Promise<{ hold: HoldInFull; you: { may: Verdict[]; why: string | null } }>;
  /** One run with its outputs. @throws `RUN_NOT_FOUND` */
  run(runId: RunId): Promise<RunWithOutputs>;
  runs(query: RunQuery): Promise<Page<RunSummary>>;
  /** The state of a run as its journal says it was after event `seq` (default: the last). */
  stateAt(runId: RunId, seq?: number): Promise<RunView>;
  verify(runId: RunId): Promise<{ ok: boolean; count: number; head: string; problem?: string; seq?: number }>;

  on(listener: EngineListener): () => void;

  /** Resolves when the run rests on a hold, or has ended. */
  settled(runId: RunId, options?: { signal?: AbortSignal }): Promise<RunWithOutputs>;
  /** Resolves when the run has ended. */
  outcome(runId: RunId, options?: { signal?: AbortSignal }): Promise<RunWithOutputs>;

  /** Takes no new work, ends or parks what is under way, and lets go of the journal. Safe to call twice. */
  close(): Promise<void>;
}

export interface StartOptions {
  /** 'user:NAME' or 'local:LOGIN'. */
  readonly requestedBy: string;
  readonly request?: ClientRequest | undefined;
}

export interface ActOptions {
  readonly actor: Reviewer;
  readonly request?: ClientRequest | undefined;
}

export interface StopRequest {
  readonly reason: string;
  /** Ends the runs, and cuts off what they have under way; default: they are parked. */
  readonly cancel?: boolean | undefined;
}

export interface ResumeRequest {
  readonly reason: string;
  /** Only lifts the stop: each run stays parked until a person lets it go on. */
  readonly keepParked?: boolean | undefined;
}

/** A crew as it is now beside the one that a run is going on with. */
export interface CrewChange {
  readonly fingerprint: string;
  /** A line a difference. */
  readonly changes: readonly string[];
}

export interface ForkOptions extends ActOptions {
  /** Whether this node drives the fork, with the crew that it has (default); false: whoever has the crew takes it later. */
  readonly drive?: boolean | undefined;
}

/** `id` as the client chose it (at most 64 characters); `content` the digest of all that the message asks for. */
export interface ClientRequest {
  readonly id: string;
  readonly content: string;
}

export interface Decided {
  readonly hold: Hold;
  readonly recordedSeq: number;
}

/** `recordedSeq`: in the journal `system`. */
export interface LevelChange {
  /** The level now; null: the tool's own tier. */
  readonly level: Level | null;
  readonly recordedSeq: number;
}

export interface Finding {
  readonly finding: 'good' | 'bad' | 'critical';
  readonly reason: string | null;
}

export interface CrewInfo {
  readonly name: string;
  readonly version: string | null;
  /** JSON Schema of the inputs; null: it takes none. */
  readonly inputs: { readonly [key: string]: Json } | null;
  readonly tasks: readonly {
    readonly key: string;
    readonly agent: string;
    readonly context: readonly string[];
    readonly optionalContext: readonly string[];
  }[];
  readonly agents: readonly { readonly key: string; readonly role: string; readonly goal: string }[];
}

/** Told only of what is durable; `delta` is volatile by nature. A listener that throws, at once or later, is logged and otherwise ignored. */
export interface EngineListener {
  committed?(commit: Commit): void;
  delta?(delta: Delta): void;
  /** Whether this run's deltas are wanted, asked as each model call begins; if nobody wants them, the answer comes whole. Default: yes. */
  watches?(runId: RunId): boolean;
}

export interface Commit {
  readonly runId: RunId;
  readonly events: readonly JournalEvent[];
  /** As after `events`, without `outputs`. */
  readonly summary: RunSummary;
  /** The holds that `events` touched, as after them. */
  readonly holds: readonly HoldRecord[];
}

export interface Delta {
  readonly runId: RunId;
  readonly task: string;
  readonly attempt: number;
  readonly step: number;
  /** Characters of this part before `text`. */
  readonly offset: number;
  readonly part: 'reasoning' | 'output';
  readonly text: string;
}

/** Gives the model of a name (null: the default one). Chosen at the rim: the engine knows no provider. */
export type ModelSource = (choice: string | Model | null) => Model;
