import type pg from 'pg';
import { HoldpointError } from '../errors.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import { type HoldId, type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import type { Json } from '../json/json.ts';
import type { Head, JournalEvent } from './envelope.ts';
import type {
  Amended,
  Amendment,
  AmendView,
  AtRest,
  Counted,
  DecidedQuery,
  DueQuery,
  HoldQuery,
  Journal,
  NodeRow,
  OrphanQuery,
  OwnerAppend,
  ReadOptions,
  Request,
  Restored,
  RunQuery,
  TokenStore,
} from './journal.ts';
import { eraseRun, removeRun } from './postgres-erase.ts';
import { closed, openFailure, readFailure, writeFailure } from './postgres-errors.ts';
import { PostgresHandOut } from './postgres-hand-out.ts';
import { amendJob, amendSystemJob, appendJob, claimJob, type Job, restJob, restoreJob } from './postgres-jobs.ts';
import {
  nameOfDatabase,
  openPools,
  type Pools,
  type PostgresPoolOptions,
  type Query,
  queryOn,
} from './postgres-pool.ts';
import * as queries from './postgres-queries.ts';
import { checkSchema, migrate } from './postgres-schema.ts';
import { SystemLook } from './postgres-system-look.ts';
import { postgresTokens } from './postgres-tokens.ts';
import { PostgresWriter } from './postgres-writer.ts';
import { answerOf } from './preconditions.ts';
import type { Erasure } from './retention.ts';

export interface PostgresJournalOptions extends PostgresPoolOptions {
  /** Only reads; creates and migrates nothing. Default false. */
  readonly readonly?: boolean | undefined;
  /** The time in milliseconds since 1970, by which nodes count as silent. Default: the store's own clock, both for when a node
   *  was seen and for now, so that the clocks of the nodes need not agree. */
  readonly now?: (() => number) | undefined;
}

/**
 * The journal in a Postgres database (13 or later), in a schema `holdpoint` of its own; any number of nodes may open it at once.
 * A server that is away, restarts or falls silent makes calls fail with `UNAVAILABLE`; once it is back, the next ones succeed.
 * @throws `DATABASE_INVALID` if the database is none that can be used, `DATABASE_NEWER` if a later version wrote it,
 *   `UNAVAILABLE` if nobody answers.
 */
export async function openPostgresJournal(options: PostgresJournalOptions): Promise<Journal> {
  const database = nameOfDatabase(options.url);
  const pools = openPools(options);
  try {
    if (!options.readonly) for (const pool of [pools.reading, pools.writing]) openAhead(pool);
    // The one that is used first, so it is open by then.
    const client = await (options.readonly ? pools.reading : pools.committing).connect();
    try {
      if (options.readonly) await checkSchema(queryOn(client), database);
      else await migrate(client, database);
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
    return new PostgresJournal(pools, database, options);
  } catch (error) {
    await endPools(pools);
    throw openFailure(error, database);
  }
}

/** A connection that is needed in a moment opens beside the others. Should it fail, whoever uses it is told. */
function openAhead(pool: pg.Pool): void {
  pool.connect().then(
    (client) => client.release(),
    () => undefined,
  );
}

async function endPools({ reading, writing, committing }: Pools): Promise<void> {
  await Promise.all([reading.end(), writing.end(), committing.end()]);
}

class PostgresJournal implements Journal {
  readonly tokens: TokenStore;
  readonly handOut: PostgresHandOut | null;
  readonly #pools: Pools;
  readonly #database: string;
  readonly #writer: PostgresWriter | null;
  readonly #now: () => number | null;
  readonly #look = new SystemLook();
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | null = null;

  constructor(pools: Pools, database: string, options: PostgresJournalOptions) {
    const { now, readonly } = options;
    this.#pools = pools;
    this.#database = database;
    this.#now = now ?? (() => null);
    this.#writer = readonly
      ? null
      : new PostgresWriter(pools, {
          database,
          now: this.#now,
          jobs: () => this.handOut?.writer ?? null,
          look: this.#look,
        });
    this.handOut = readonly ? null : this.#openHandOut(options);
    this.tokens = postgresTokens({ read: (work) => this.#read(work), write: (work) => this.#write(work) });
  }

  #openHandOut(pool: PostgresPoolOptions): PostgresHandOut {
    const now = () => this.#now();
    const [read, write] = [
      <T>(work: (query: Query) => Promise<T>) => this.#read(work),
      <T>(job: Job<T>) => this.#commit(() => job),
    ];
    return new PostgresHandOut({ pool, now, read, write });
  }

  append(batch: OwnerAppend) {
    return this.#commit(() => appendJob(batch));
  }
  amend<T extends Json>(
    runId: RunId,
    request: Request | null,
    decide: (view: AmendView) => Amendment<T>,
    known: (() => AtRest) | null = null,
  ): Promise<Amended<T>> {
    return this.#commit(() => amendJob(runId, request, decide, known?.()));
  }
  amendSystem<T extends Json>(
    request: Request | null,
    decide: (head: Head) => { readonly events: readonly JournalEvent[]; readonly answer: T },
  ): Promise<Amended<T>> {
    return this.#commit(() => amendSystemJob(request, decide));
  }
  claim(runId: RunId, owner: string) {
    return this.#commit(() => claimJob(runId, owner));
  }
  rest(runId: RunId, epoch: number, head: string, summary: RunSummary) {
    return this.#commit(() => restJob(runId, epoch, head, summary));
  }

  async read(runId: RunId, options: ReadOptions = {}) {
    const isSystem = runId === SYSTEM_JOURNAL;
    const known = isSystem && options.asOfLastWrite ? await this.#look.since(options.after ?? 0) : null;
    if (known) return known;
    const events = await this.#read((query) => queries.eventsOf(query, runId, options));
    if (isSystem) this.#look.saw(events);
    return events;
  }
  payloads(runId: RunId) {
    return this.#read((query) => queries.payloadsOf(query, runId));
  }
  head(runId: RunId) {
    return this.#read((query) => queries.headOfRun(query, runId));
  }
  run(runId: RunId) {
    return this.#read((query) => queries.runOf(query, runId));
  }
  runs(wanted: RunQuery) {
    return this.#read((query) => queries.runsBy(query, wanted));
  }
  hold(holdId: HoldId) {
    return this.#read((query) => queries.holdOf(query, holdId));
  }
  holds(wanted: HoldQuery) {
    return this.#read((query) => queries.holdsBy(query, wanted));
  }
  count(wanted: Counted) {
    return this.#read((query) => queries.countRows(query, wanted));
  }
  decided(wanted: DecidedQuery) {
    return this.#read((query) => queries.decisionsBy(query, wanted));
  }
  due(wanted: DueQuery) {
    return this.#read((query) => queries.dueHolds(query, wanted));
  }
  orphans(wanted: OrphanQuery) {
    return this.#read((query) => queries.orphanRuns(query, wanted));
  }
  answered(request: Request): Promise<Json | null> {
    return this.#read(async (query) => {
      const stored = await queries.storedAnswer(query, queries.keyOf(request));
      return stored ? answerOf(stored, request) : null;
    });
  }
  answeredAndSystem(request: Request): Promise<{ answer: Json | null; systemSeq: number }> {
    return this.#read(async (query) => {
      const { stored, systemSeq } = await queries.answerAndSystem(query, queries.keyOf(request));
      return { answer: stored && answerOf(stored, request), systemSeq };
    });
  }

  erase(runId: RunId, erasure: Erasure): Promise<void> {
    return this.#write((query) => eraseRun(query, runId, erasure));
  }
  remove(runId: RunId, seq: number): Promise<boolean> {
    return this.#write((query) => removeRun(query, runId, seq));
  }

  enter({ id, pid, host, url, startedAt, seenAt, about }: NodeRow): Promise<void> {
    return this.#write(async (query) => {
      await query(
        `INSERT INTO holdpoint.nodes (id, pid, host, url, started_at, about, seen_at) VALUES ($2, $3, $4, $5, $6, $7, ${queries.STORE_NOW})
         ON CONFLICT (id) DO UPDATE SET pid = excluded.pid, host = excluded.host, url = excluded.url,
         started_at = excluded.started_at, about = excluded.about, seen_at = excluded.seen_at`,
        [this.#seen(seenAt), id, pid, host, url, startedAt, about ? JSON.stringify(about) : null],
      );
    });
  }
  renew(nodeId: string, at: string): Promise<boolean> {
    return this.#write((query) => queries.renewNode(query, nodeId, this.#seen(at)));
  }
  leave(nodeId: string): Promise<void> {
    return this.#write(async (query) => {
      await query('DELETE FROM holdpoint.nodes WHERE id = $1', [nodeId]);
    });
  }
  nodes() {
    return this.#read((query) => queries.nodesOf(query, this.#now()));
  }
  underWay() {
    return this.#read(queries.runsUnderWay);
  }

  answers(after: Pick<Request, 'by' | 'id'> | null, limit: number) {
    return this.#read((query) => queries.answersAfter(query, after, limit));
  }
  restore(part: Restored) {
    return this.#commit(() => restoreJob(part));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#writer?.close();
    await Promise.allSettled(this.#underWay);
    await endPools(this.#pools);
  }

  /** When a node says that it was there; null: the store's clock says it. */
  #seen(at: string): number | null {
    return this.#now() === null ? null : Date.parse(at);
  }

  async #commit<T>(job: () => Job<T>): Promise<T> {
    if (!this.#writer) throw this.#isReadonly();
    return this.#writer.write(job());
  }

  #read<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.#track(this.#pools.reading, work, readFailure);
  }

  /** One statement, which commits by itself. */
  #write<T>(work: (query: Query) => Promise<T>): Promise<T> {
    if (!this.#writer) return Promise.reject(this.#isReadonly());
    return this.#track(this.#pools.writing, work, writeFailure);
  }

  async #track<T>(
    pool: pg.Pool,
    work: (query: Query) => Promise<T>,
    failure: (error: unknown, database: string) => HoldpointError,
  ): Promise<T> {
    if (this.#closing) throw closed();
    const working = work(queryOn(pool));
    this.#underWay.add(working);
    try {
      return await working;
    } catch (error) {
      throw failure(error, this.#database);
    } finally {
      this.#underWay.delete(working);
    }
  }

  #isReadonly(): HoldpointError {
    return new HoldpointError(
      'UNAVAILABLE',
      `The database ${this.#database} was opened for reading only. Open it for writing.`,
    );
  }
}
