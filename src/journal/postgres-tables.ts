import type { HoldRecord } from '../hooks/hold.ts';
import { decisionsOn } from '../hooks/past-decision.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { HoldId, RunId } from '../ids.ts';
import { nextDeadlineMs } from './deadline.ts';
import type { Head, JournalEvent } from './envelope.ts';
import type { Answered } from './journal.ts';
import type { Payload } from './payloads.ts';
import { keyOf, type StoredRun } from './postgres-queries.ts';
import type { JobOf } from './run-jobs.ts';

/** What one job adds, encoded: making it may throw, applying it cannot. */
export interface Change {
  readonly run: (StoredRun & Pick<RunSummary, 'crew' | 'status' | 'startedAt'>) | null;
  readonly isNew: boolean;
  readonly events: readonly EventCells[];
  readonly payloads: readonly (readonly [run: string, digest: string, value: string])[];
  readonly holds: readonly StoredHold[];
  readonly answer: Answered | null;
  /** What the run's job is to become. */
  readonly job?: JobStep | null;
  /** A job of which there is nothing to do. */
  readonly spent?: JobOf;
  /** The head of the journal of no run, if that is what was added to. */
  readonly system?: Head;
}
/** `own`: it is its owner's, and needs none; `offer`: for whoever takes it; `rest`: none any more; `spent`: the one that was given has
 *  nothing to do; `poke`: whoever owns the run is told. */
export type JobStep = 'own' | 'offer' | 'rest' | 'spent' | 'poke';

export interface JobChange extends JobOf {
  readonly step: JobStep;
  readonly owner: string | null;
  readonly epoch: number;
}
export type EventCells = readonly (string | number | null)[];

export interface StoredHold {
  readonly id: HoldId;
  readonly run: RunId;
  readonly crew: string | null;
  readonly status: string;
  readonly record: string;
  readonly decisions: string | null;
  readonly deadline: number | null;
}

/** What the jobs of one transaction leave, each row once. `before`: the row that a changed run must have until then. */
export interface Rows {
  readonly started: readonly NonNullable<Change['run']>[];
  readonly changed: readonly { readonly run: NonNullable<Change['run']>; readonly before: StoredRun | undefined }[];
  readonly events: readonly EventCells[];
  readonly payloads: Change['payloads'];
  readonly holds: readonly StoredHold[];
  readonly answers: readonly Answered[];
}

/**
 * The rows that the jobs of one transaction are about, as locked and read (or as the jobs take them to be), and then as the jobs
 * before left them. Jobs are decided here, in memory; what came of all of them is then stored with one statement.
 */
export class Tables {
  readonly runs = new Map<RunId, StoredRun>();
  readonly holds = new Map<HoldId, { readonly run: RunId; readonly record: string }>();
  readonly answers = new Map<string, Answered>();
  /** For how long nodes were not heard of, in milliseconds. */
  readonly silent = new Map<string, number>();
  /** Runs whose job is this node's. */
  readonly held = new Set<RunId>();
  readonly jobs: JobChange[] = [];
  /** The store's time, read when the rows of runs were locked. */
  now: string | undefined;
  system: Head | null = null;
  readonly #before = new Map<RunId, StoredRun>();
  readonly #started = new Set<RunId>();
  readonly #changedRuns = new Map<RunId, NonNullable<Change['run']>>();
  readonly #changedHolds = new Map<HoldId, StoredHold>();
  readonly #newAnswers = new Map<string, Answered>();
  readonly #events: EventCells[] = [];
  readonly #payloads: Change['payloads'][number][] = [];

  /** An event that is there if the transaction was committed, and only then: no two have one hash. */
  get witness(): { run: unknown; seq: unknown; hash: unknown } | null {
    const event = this.#events[0];
    return event ? { run: event[0], seq: event[1], hash: event[9] } : null;
  }

  /** A run's row before these jobs, as it was read or is taken to be. */
  stands(row: StoredRun): void {
    this.runs.set(row.id, row);
    this.#before.set(row.id, row);
  }

  isAlive(nodeId: string, silenceMs: number): boolean {
    return (this.silent.get(nodeId) ?? Number.POSITIVE_INFINITY) <= silenceMs;
  }

  apply({ run, isNew, events, payloads, holds, answer, system, job, spent }: Change): void {
    if (system) this.system = system;
    if (spent) this.jobs.push({ ...spent, step: 'spent', owner: null, epoch: 0 });
    if (run && job) this.jobs.push({ runId: run.id, crew: run.crew, owner: run.owner, epoch: run.epoch, step: job });
    if (run) {
      this.runs.set(run.id, run);
      this.#changedRuns.set(run.id, run);
      if (isNew) this.#started.add(run.id);
    }
    for (const event of events) this.#events.push(event);
    for (const payload of payloads) this.#payloads.push(payload);
    for (const hold of holds) {
      this.holds.set(hold.id, hold);
      this.#changedHolds.set(hold.id, hold);
    }
    if (!answer) return;
    this.answers.set(keyOf(answer), answer);
    this.#newAnswers.set(keyOf(answer), answer);
  }

  /** What is to be stored of it all. */
  get rows(): Rows {
    const runs = [...this.#changedRuns.values()];
    return {
      started: runs.filter(({ id }) => this.#started.has(id)),
      changed: runs
        .filter(({ id }) => !this.#started.has(id))
        .map((run) => ({ run, before: this.#before.get(run.id) })),
      events: this.#events,
      payloads: this.#payloads,
      holds: [...this.#changedHolds.values()],
      answers: [...this.#newAnswers.values()],
    };
  }
}

export interface Added {
  readonly events: readonly JournalEvent[];
  readonly payloads: readonly Payload[];
  readonly holds: readonly HoldRecord[];
}

export function encoded(runId: RunId, { events, payloads, holds }: Added): Pick<Change, keyof Added> {
  return {
    events: events.map(({ run, seq, at, type, by, data, salt, dataHash, prev, hash }) => {
      const json = data === undefined ? null : JSON.stringify(data);
      return [run, seq, at, type, by, json, salt ?? null, dataHash, prev, hash];
    }),
    payloads: payloads.map(({ digest, value }) => [runId, digest, JSON.stringify(value)]),
    holds: holds.map((hold) => encodedHold(runId, hold)),
  };
}

function encodedHold(run: RunId, hold: HoldRecord): StoredHold {
  const made = decisionsOn(hold).map(({ decision: { verdict, at, by, decidedBy } }) => ({
    verdict,
    at,
    by: [by, ...decidedBy],
  }));
  const { id, crew, status } = hold;
  // The last one first, as the first versions of the schema have it.
  const decisions = made.length > 0 ? JSON.stringify(made.reverse()) : null;
  return { id, run, crew, status, record: JSON.stringify(hold), decisions, deadline: nextDeadlineMs(hold) };
}
