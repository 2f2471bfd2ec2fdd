import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { closed, isCollision, isFaultOfOneWrite, unknownOutcome, writeFailure } from './postgres-errors.ts';
import type { JobWriter } from './postgres-hand-out.ts';
import type { Job } from './postgres-jobs.ts';
import { type Pools, queryOn } from './postgres-pool.ts';
import type { Tables } from './postgres-tables.ts';
import { lockAndRead } from './postgres-transaction.ts';

/** So that a burst does not keep its rows locked for long; the rest goes into the next transaction. */
const MAX_JOBS_PER_TRANSACTION = 256;
const MAX_COLLISIONS = 3;
const ASK_AGAIN_MS = 250;

interface Queued {
  readonly job: Job<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface PostgresWriterOptions {
  /** How messages name the database. */
  readonly database: string;
  /** Milliseconds since 1970; null: the store's clock. */
  readonly now: () => number | null;
  /** Null: this process knows nothing of jobs. */
  readonly jobs: () => JobWriter | null;
}

/** A commit that was sent and never answered. */
class CommitLost extends Error {
  readonly transaction: string;
  readonly settle: () => void;
  readonly witness: Tables['witness'];

  constructor(cause: unknown, found: { transaction: string; settle: () => void; witness: Tables['witness'] }) {
    super('the commit was not answered', { cause });
    this.transaction = found.transaction;
    this.settle = found.settle;
    this.witness = found.witness;
  }
}

/**
 * Group commit: the writes of one tick, and those that come while a transaction is under way, share one transaction.
 *
 * W1. Nobody is answered before COMMIT returned.
 * W2. A write that throws leaves nothing behind and takes no other write with it: it is decided before anything is stored.
 * W3. When the store fails, nothing of the transaction remains and all of its writers are told so.
 * W4. Where the connection breaks while it commits, its writers are answered when it is known what became of it.
 */
export class PostgresWriter {
  readonly #pools: Pools;
  readonly #options: PostgresWriterOptions;
  readonly #closing = new AbortController();
  readonly #inDoubt = new Set<Promise<void>>();
  #queue: Queued[] = [];
  #draining: Promise<void> | null = null;

  constructor(pools: Pools, options: PostgresWriterOptions) {
    this.#pools = pools;
    this.#options = options;
  }

  write<T>(job: Job<T>): Promise<T> {
    if (this.#closing.signal.aborted) return Promise.reject(closed());
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ job, resolve: (value) => resolve(value as T), reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Takes nothing more, and resolves when what was queued is answered. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#draining;
    await Promise.all(this.#inDoubt);
  }

  async #drain(): Promise<void> {
    // The rest of this tick comes along.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) await this.#commit(this.#queue.splice(0, MAX_JOBS_PER_TRANSACTION));
    this.#draining = null;
  }

  /** Never rejects: whatever happens is told to those who asked. */
  async #commit(queued: readonly Queued[], collisions = 0): Promise<void> {
    try {
      const settle = await this.#transact(queued);
      settle();
    } catch (error) {
      if (error instanceof CommitLost) this.#doubt(error, queued);
      else if (isCollision(error) && collisions < MAX_COLLISIONS) await this.#commit(queued, collisions + 1);
      else if (isFaultOfOneWrite(error) && queued.length > 1) for (const each of queued) await this.#commit([each]);
      else refuse(queued, writeFailure(error, this.#options.database));
    }
  }

  /** One transaction; returns how to answer those whose writes are in it. */
  async #transact(queued: readonly Queued[]): Promise<() => void> {
    const client = await this.#pools.writing.connect();
    let isUsable = false;
    try {
      const query = queryOn(client);
      await query('BEGIN');
      try {
        const needs = queued.map(({ job }) => job.needs);
        const jobs = this.#options.jobs();
        const { tables, transaction } = await lockAndRead(query, needs, this.#options.now(), jobs);
        const answer = decideAll(queued, tables);
        await tables.write(query);
        const settleJobs = tables.jobs.length > 0 ? await jobs?.write(query, tables.jobs) : undefined;
        const settle = () => {
          settleJobs?.();
          answer();
        };
        await commit(client).catch((cause: unknown) => {
          throw new CommitLost(cause, { transaction, settle, witness: tables.witness });
        });
        isUsable = true;
        return settle;
      } catch (error) {
        if (!(error instanceof CommitLost)) isUsable = await rollBack(client);
        throw error;
      }
    } finally {
      client.release(!isUsable);
    }
  }

  #doubt(lost: CommitLost, queued: readonly Queued[]): void {
    const asking = this.#outcome(lost)
      .then((isCommitted) => {
        if (isCommitted) lost.settle();
        else refuse(queued, writeFailure(lost.cause, this.#options.database));
      })
      .catch(() => refuse(queued, unknownOutcome(this.#options.database, lost.cause)))
      .finally(() => this.#inDoubt.delete(asking));
    this.#inDoubt.add(asking);
  }

  /** Asks until it is known, or until the journal closes. A restarted server may give the id to another transaction, so where
   *  there is an event, that decides. */
  async #outcome({ transaction, witness, cause }: CommitLost): Promise<boolean> {
    const query = queryOn(this.#pools.reading);
    for (;;) {
      const [row] = await query<{ status: string | null; found: boolean }>(
        `SELECT pg_xact_status($1::xid8) AS status,
         EXISTS (SELECT 1 FROM holdpoint.events WHERE run = $2 AND seq = $3::int AND hash = $4) AS found`,
        [transaction, witness?.run ?? null, witness?.seq ?? null, witness?.hash ?? null],
      ).catch(() => []);
      if (row && row.status !== 'in progress') return witness ? row.found : row.status === 'committed';
      if (this.#closing.signal.aborted) throw cause;
      await sleep(ASK_AGAIN_MS, null, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }
}

function decideAll(queued: readonly Queued[], tables: Tables): () => void {
  const answers = queued.map(({ job, resolve, reject }) => {
    try {
      const { value, change } = job.decide(tables);
      if (change) tables.apply(change);
      return () => resolve(value);
    } catch (error) {
      return () => reject(error);
    }
  });
  return () => {
    for (const answer of answers) answer();
  };
}

async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  // The server's word for a transaction that had failed before.
  if (command !== 'COMMIT') throw new Error(`the server answered ${command}`);
}

/** Whether the connection can be used again. */
async function rollBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}

function refuse(queued: readonly Queued[], error: Error): void {
  for (const { reject } of queued) reject(error);
}
