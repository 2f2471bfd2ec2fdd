import type Database from 'better-sqlite3';
import { HoldpointError } from '../errors.ts';
import { isBusy, isConstraint, isStoreFailure, writeFailure } from './sqlite-errors.ts';
import { BUSY_RETRY_MS } from './sqlite-open.ts';

/** So that a burst does not hold the event loop for long; the rest goes into the next transaction. */
const MAX_JOBS_PER_TRANSACTION = 512;

interface Job {
  readonly work: () => unknown;
  readonly queuedAtMs: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

export interface SqliteWriterOptions {
  /** How long a job may wait for another process's lock. */
  readonly busyTimeoutMs: number;
  /** Told once of every transaction that the store refused. */
  readonly onError: ((error: HoldpointError) => void) | undefined;
}

/**
 * Group commit: the writes of one tick share one transaction, hence one sync of the disk.
 *
 * W1. Nobody is answered before COMMIT returned.
 * W2. A write that throws leaves nothing behind and takes no other write with it (each of several has a savepoint).
 * W3. When the store fails, nothing of the transaction remains and all of its writers are told so.
 * W4. A lock held elsewhere never blocks the event loop: the queue tries again later.
 */
export class SqliteWriter {
  readonly #db: Database.Database;
  readonly #options: SqliteWriterOptions;
  readonly #begin: Database.Statement;
  readonly #commit: Database.Statement;
  readonly #savepoint: Database.Statement;
  readonly #release: Database.Statement;
  readonly #rollBackTo: Database.Statement;
  #queue: Job[] = [];
  #isScheduled = false;
  #isClosed = false;
  #idle: (() => void)[] = [];

  constructor(db: Database.Database, options: SqliteWriterOptions) {
    this.#db = db;
    this.#options = options;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#savepoint = db.prepare('SAVEPOINT job');
    this.#release = db.prepare('RELEASE job');
    this.#rollBackTo = db.prepare('ROLLBACK TO job');
  }

  /** Runs `work` in the next transaction, synchronously, after all that was queued before it. */
  write<T>(work: () => T): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed());
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ work, queuedAtMs: performance.now(), resolve: (value) => resolve(value as T), reject });
      this.#schedule(0);
    });
  }

  /** Takes nothing more, and resolves when what was queued is answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#isScheduled) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #schedule(delayMs: number): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const flush = () => {
      this.#isScheduled = false;
      const retryInMs = this.#flush();
      if (this.#queue.length > 0) this.#schedule(retryInMs);
      else for (const resolve of this.#idle.splice(0)) resolve();
    };
    if (delayMs > 0) setTimeout(flush, delayMs);
    else setImmediate(flush);
  }

  /** One transaction; returns after how many milliseconds to go on, if anything is left. */
  #flush(): number {
    try {
      this.#begin.run();
    } catch (error) {
      return this.#waitOrGiveUp(error);
    }
    const jobs = this.#queue.splice(0, MAX_JOBS_PER_TRANSACTION);
    let outcomes: Outcome[];
    try {
      const [only, ...others] = jobs;
      outcomes = only && others.length === 0 ? [this.#attemptAlone(only)] : jobs.map((job) => this.#attempt(job));
      if (this.#db.inTransaction) this.#commit.run();
    } catch (error) {
      this.#rollBack();
      this.#refuse(jobs, error);
      return 0;
    }
    for (const [index, outcome] of outcomes.entries()) settle(jobs[index], outcome);
    return 0;
  }

  /** A job that shares its transaction with nobody needs no savepoint: what it wrote before it threw goes with the whole. */
  #attemptAlone({ work }: Job): Outcome {
    try {
      return { ok: true, value: work() };
    } catch (error) {
      const outcome = refusal(error);
      this.#rollBack();
      return outcome;
    }
  }

  #attempt({ work }: Job): Outcome {
    this.#savepoint.run();
    try {
      const value = work();
      this.#release.run();
      return { ok: true, value };
    } catch (error) {
      const outcome = refusal(error);
      this.#rollBackTo.run();
      this.#release.run();
      return outcome;
    }
  }

  #waitOrGiveUp(error: unknown): number {
    const limitMs = performance.now() - this.#options.busyTimeoutMs;
    const tooOld = isBusy(error) ? this.#queue.filter(({ queuedAtMs }) => queuedAtMs <= limitMs) : this.#queue;
    this.#queue = this.#queue.filter((job) => !tooOld.includes(job));
    if (tooOld.length > 0) this.#refuse(tooOld, error);
    return BUSY_RETRY_MS;
  }

  #rollBack(): void {
    // A full disk or a failed write makes SQLite roll back by itself.
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
  }

  #refuse(jobs: readonly Job[], cause: unknown): void {
    const error = writeFailure(cause, this.#db.name);
    for (const job of jobs) job.reject(error);
    this.#options.onError?.(error);
  }
}

/** What a job is told that threw. Where the store failed, its whole transaction did. */
function refusal(error: unknown): Outcome {
  if (isStoreFailure(error)) throw error;
  return { ok: false, error: isConstraint(error) ? contradiction(error) : error };
}

function settle(job: Job | undefined, outcome: Outcome): void {
  if (outcome.ok) job?.resolve(outcome.value);
  else job?.reject(outcome.error);
}

export function closed(): HoldpointError {
  return new HoldpointError('UNAVAILABLE', 'The journal is closed. Nothing was recorded; open it again.');
}

function contradiction(cause: Error): HoldpointError {
  return new HoldpointError('INTERNAL', `The database refused a row (${cause.message}). Nothing of it was recorded.`, {
    cause,
  });
}
