import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AskedBy,
  CommitLost,
  type Queued,
  rollBack,
  storeAsExpected,
  storeUnderLocks,
} from './postgres-commit.ts';
import { closed, isCollision, isFaultOfOneWrite, unknownOutcome, writeFailure } from './postgres-errors.ts';
import type { JobWriter } from './postgres-hand-out.ts';
import type { Job } from './postgres-jobs.ts';
import { type Pools, type Query, queryOn } from './postgres-pool.ts';
import { endSession } from './postgres-sessions.ts';
import type { SystemLook } from './postgres-system-look.ts';
import type { Tables } from './postgres-tables.ts';

/** So that a burst does not keep its rows locked for long; the rest goes into the next transaction. */
const MAX_JOBS_PER_TRANSACTION = 256;
const MAX_COLLISIONS = 3;
const ASK_AGAIN_MS = 250;

export interface PostgresWriterOptions {
  /** How messages name the database. */
  readonly database: string;
  /** Milliseconds since 1970; null: the store's clock. */
  readonly now: () => number | null;
  /** Null: this process knows nothing of jobs. */
  readonly jobs: () => JobWriter | null;
  readonly look: SystemLook;
}

/**
 * Group commit: the writes of one tick, and those that come while a transaction is under way, share one transaction.
 *
 * W1. Nobody is answered before COMMIT returned.
 * W2. A write that throws leaves nothing behind and takes no other write with it: it is decided before anything is stored.
 * W3. When the store fails, nothing of the transaction remains and all of its writers are told so.
 * W4. Where the connection breaks while it commits, its writers are answered when it is known what became of it.
 * W5. What an owner takes for granted (its epoch, its head, that the run is its own and awake) is looked at again by the statement that
 *     stores it. Where one run of a transaction is otherwise, nothing of it is kept, and all of it is decided anew under the locks.
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
    const client = await this.#pools.committing.connect();
    let isUsable = true;
    try {
      const { look } = this.#options;
      const jobs = this.#options.jobs();
      const session = this.#pools.sessions.markOf(client);
      const settle = await storeAsExpected(client, queued, { jobs, session, look });
      return settle ?? (await storeUnderLocks(client, queued, { now: this.#options.now(), jobs, look }));
    } catch (error) {
      isUsable = await rollBack(client, error);
      throw error;
    } finally {
      client.release(!isUsable);
    }
  }

  #doubt({ lost, cause }: CommitLost, queued: readonly Queued[]): void {
    const asking = this.#outcome(lost)
      .then((isCommitted) => {
        if (isCommitted === null) refuse(queued, unknownOutcome(this.#options.database, cause));
        else if (isCommitted) lost.settle();
        else refuse(queued, writeFailure(cause, this.#options.database));
      })
      .finally(() => this.#inDoubt.delete(asking));
    this.#inDoubt.add(asking);
  }

  /** Asks until it is known, or until the journal closes: null. */
  async #outcome({ by, witness }: CommitLost['lost']): Promise<boolean | null> {
    const query = queryOn(this.#pools.reading);
    for (;;) {
      const isOver = await isAtAnEnd(query, by).catch(() => null);
      // Only now: what was still under way may have been stored since.
      const isFound = isOver && witness ? await isThere(query, witness).catch(() => null) : isOver?.isCommitted;
      if (isFound !== undefined && isFound !== null) return isFound;
      if (this.#closing.signal.aborted) return null;
      await sleep(ASK_AGAIN_MS, null, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }
}

/** Null: the server is still at it. A server that lost its power may not know a transaction's id any more (and refuses to speak of one
 *  that it has yet to give), or give it to another; so where there is an event, that decides. */
async function isAtAnEnd(query: Query, by: AskedBy): Promise<{ isCommitted: boolean } | null> {
  if ('session' in by) return (await endSession(query, by.session)) ? { isCommitted: false } : null;
  const [row] = await query<{ status: string | null }>(
    `SELECT CASE WHEN $1::xid8 > pg_current_xact_id() THEN 'aborted' ELSE pg_xact_status($1::xid8) END AS status`,
    [by.transaction],
  );
  return row && row.status !== 'in progress' ? { isCommitted: row.status === 'committed' } : null;
}

async function isThere(query: Query, { run, seq, hash }: NonNullable<Tables['witness']>): Promise<boolean> {
  const [row] = await query<{ found: boolean }>(
    'SELECT EXISTS (SELECT 1 FROM holdpoint.events WHERE run = $1 AND seq = $2::int AND hash = $3) AS found',
    [run, seq, hash],
  );
  return row?.found === true;
}

function refuse(queued: readonly Queued[], error: Error): void {
  for (const { reject } of queued) reject(error);
}
