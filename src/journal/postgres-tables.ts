import type { HoldRecord } from '../hooks/hold.ts';
import { decisionsOn } from '../hooks/past-decision.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { HoldId, RunId } from '../ids.ts';
import { nextDeadlineMs } from './deadline.ts';
import type { Head, JournalEvent } from './envelope.ts';
import type { Answered } from './journal.ts';
import type { Payload } from './payloads.ts';
import type { Query } from './postgres-pool.ts';
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
/** `own`: the job of the run's owner; `offer`: for whoever takes it; `drop`: none any more; `poke`: whoever
 *  owns the run is told. */
export type JobStep = 'own' | 'offer' | 'drop' | 'poke';

export interface JobChange extends JobOf {
  readonly step: JobStep;
  readonly owner: string | null;
  readonly epoch: number;
}
type EventCells = readonly (string | number | null)[];

interface StoredHold {
  readonly id: HoldId;
  readonly run: RunId;
  readonly crew: string | null;
  readonly status: string;
  readonly record: string;
  readonly decisions: string | null;
  readonly deadline: number | null;
}

/**
 * The rows that the jobs of one transaction are about, as locked and read, and then as the jobs before left them. Jobs are
 * decided here, in memory; `write` then stores what came of all of them, one statement a table.
 */
export class Tables {
  readonly runs = new Map<RunId, StoredRun>();
  readonly holds = new Map<HoldId, { readonly run: RunId; readonly record: string }>();
  readonly answers = new Map<string, Answered>();
  /** Nodes that were heard of lately. */
  readonly alive = new Set<string>();
  /** Runs whose job is this node's. */
  readonly held = new Set<RunId>();
  readonly jobs: JobChange[] = [];
  /** The store's time, read when the rows of runs were locked. */
  now: string | undefined;
  system: Head | null = null;
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

  apply({ run, isNew, events, payloads, holds, answer, system, job, spent }: Change): void {
    if (system) this.system = system;
    if (spent) this.jobs.push({ ...spent, step: 'drop', owner: null, epoch: 0 });
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

  async write(query: Query): Promise<void> {
    const runs = [...this.#changedRuns.values()];
    await insertRuns(
      query,
      runs.filter(({ id }) => this.#started.has(id)),
    );
    await updateRuns(
      query,
      runs.filter(({ id }) => !this.#started.has(id)),
    );
    await insertEvents(query, this.#events);
    await insertPayloads(query, this.#payloads);
    await upsertHolds(query, [...this.#changedHolds.values()]);
    await insertAnswers(query, [...this.#newAnswers.values()]);
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

/** One array of values for each column, as `unnest` takes them. */
function columns(rows: readonly (readonly unknown[])[], count: number): unknown[][] {
  return Array.from({ length: count }, (_, column) => rows.map((row) => row[column]));
}

const RUN_CELLS = `unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[], $9::text[],
  $10::text[], $11::int[], $12::bool[]) WITH ORDINALITY
  AS given (id, crew, status, started_at, summary, seq, hash, at, fingerprint, owner, epoch, wake, place)`;

function runColumns(runs: readonly NonNullable<Change['run']>[]): unknown[][] {
  const rows = runs.map(({ id, crew, status, startedAt, summary, seq, hash, at, fingerprint, owner, epoch, wake }) => [
    ...[id, crew, status, startedAt, summary, seq, hash, at, fingerprint, owner, epoch, wake],
  ]);
  return columns(rows, 12);
}

async function insertRuns(query: Query, runs: readonly NonNullable<Change['run']>[]): Promise<void> {
  if (runs.length === 0) return;
  await query(
    `INSERT INTO holdpoint.runs (id, crew, status, started_at, summary, seq, hash, at, fingerprint, owner, epoch, wake)
     SELECT id, crew, status, started_at, summary, seq, hash, at, fingerprint, owner, epoch, wake FROM ${RUN_CELLS} ORDER BY place`,
    runColumns(runs),
  );
}

async function updateRuns(query: Query, runs: readonly NonNullable<Change['run']>[]): Promise<void> {
  if (runs.length === 0) return;
  await query(
    `UPDATE holdpoint.runs SET crew = given.crew, status = given.status, summary = given.summary, seq = given.seq,
     hash = given.hash, at = given.at, fingerprint = given.fingerprint, owner = given.owner, epoch = given.epoch, wake = given.wake
     FROM ${RUN_CELLS} WHERE runs.id = given.id`,
    runColumns(runs),
  );
}

async function insertEvents(query: Query, events: readonly EventCells[]): Promise<void> {
  if (events.length === 0) return;
  await query(
    `INSERT INTO holdpoint.events (run, seq, at, type, "by", data, salt, data_hash, prev, hash)
     SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
     $9::text[], $10::text[])`,
    columns(events, 10),
  );
}

async function insertPayloads(query: Query, payloads: Change['payloads']): Promise<void> {
  if (payloads.length === 0) return;
  // Equal digests are equal values: the first is as good as any.
  await query(
    `INSERT INTO holdpoint.payloads (run, digest, value) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
     ON CONFLICT DO NOTHING`,
    columns(payloads, 3),
  );
}

async function upsertHolds(query: Query, holds: readonly StoredHold[]): Promise<void> {
  if (holds.length === 0) return;
  const rows = holds.map(({ id, run, crew, status, record, decisions, deadline }) => [
    ...[id, run, crew, status, record, decisions, deadline],
  ]);
  await query(
    `INSERT INTO holdpoint.holds (id, run, crew, status, record, decisions, next_deadline)
     SELECT id, run, crew, status, record, decisions, deadline FROM unnest($1::text[], $2::text[], $3::text[], $4::text[],
     $5::text[], $6::jsonb[], $7::bigint[]) WITH ORDINALITY AS given (id, run, crew, status, record, decisions, deadline, place)
     ORDER BY place
     ON CONFLICT (id) DO UPDATE SET crew = excluded.crew, status = excluded.status, record = excluded.record,
     decisions = excluded.decisions, next_deadline = excluded.next_deadline`,
    columns(rows, 7),
  );
}

async function insertAnswers(query: Query, answers: readonly Answered[]): Promise<void> {
  if (answers.length === 0) return;
  const rows = answers.map((answer) => [keyOf(answer), answer.content, JSON.stringify(answer.answer)]);
  await query(
    'INSERT INTO holdpoint.requests (key, content, answer) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
    columns(rows, 3),
  );
}
