import { setTimeout as sleep } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { HoldpointError } from '../errors.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import { type HoldId, type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import type { Json } from '../json/json.ts';
import type { Head, JournalEvent } from './envelope.ts';
import type {
  Amended,
  Amendment,
  AmendView,
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
import { answerOf } from './preconditions.ts';
import type { Erasure } from './retention.ts';
import { answersAfter, storedAnswer } from './sqlite-answers.ts';
import { decisionsBy } from './sqlite-decisions.ts';
import { eraseRun, removeRun } from './sqlite-erase.ts';
import { isBusy, readFailure } from './sqlite-errors.ts';
import * as holds from './sqlite-holds.ts';
import { countRows } from './sqlite-newest.ts';
import { BUSY_RETRY_MS, openToRead, openToWrite } from './sqlite-open.ts';
import { eventsInParts } from './sqlite-parts.ts';
import * as queries from './sqlite-queries.ts';
import { restorePart } from './sqlite-restore.ts';
import * as rows from './sqlite-rows.ts';
import { type Sql, statementsOf } from './sqlite-statements.ts';
import { sqliteTokens } from './sqlite-tokens.ts';
import { closed, SqliteWriter } from './sqlite-writer.ts';

export interface SqliteJournalOptions {
  /** The database file. It and its folder are created where they are missing (0600, 0700). */
  readonly path: string;
  /** Only reads; creates and migrates nothing. Default false. */
  readonly readonly?: boolean | undefined;
  /** How long a write waits for another process's lock, in milliseconds. Default 10 000. */
  readonly busyTimeoutMs?: number | undefined;
  /** Told once of every transaction that the store refused; its writers are told too. */
  readonly onError?: ((error: HoldpointError) => void) | undefined;
  /** The time in milliseconds since 1970, by which nodes count as silent. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const BUSY_TIMEOUT_MS = 10_000;
/** How long a read waits where SQLite makes it (another process recovers the file after a crash). */
const READ_BUSY_MS = 1_000;

/**
 * The journal in one SQLite file (WAL, every commit synced). Several processes may open it: one writes at a time, the others
 * wait for their turn without blocking, and readers never wait.
 * @throws `DATABASE_INVALID` if the file is none of ours or cannot be used, `DATABASE_NEWER` if a later version wrote it,
 *   `UNAVAILABLE` if another process keeps it locked.
 */
export async function openSqliteJournal(options: SqliteJournalOptions): Promise<Journal> {
  const { path, busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
  const db = await (options.readonly ? openToRead(path, busyTimeoutMs) : openToWrite(path, busyTimeoutMs));
  return new SqliteJournal(db, { ...options, busyTimeoutMs });
}

class SqliteJournal implements Journal {
  readonly tokens: TokenStore;
  readonly handOut = null;
  readonly #db: Database.Database;
  readonly #sql: Sql;
  /** Null: it was opened for reading. */
  readonly #writer: SqliteWriter | null;
  readonly #now: () => number;
  #closing: Promise<void> | null = null;

  constructor(
    db: Database.Database,
    { busyTimeoutMs, onError, now, readonly: isReader = false }: SqliteJournalOptions & { busyTimeoutMs: number },
  ) {
    this.#db = db;
    this.#sql = statementsOf(db);
    this.#writer = isReader ? null : new SqliteWriter(db, { busyTimeoutMs, onError });
    this.#now = now ?? Date.now;
    this.tokens = sqliteTokens({ read: (query) => this.#read(query), write: (work) => this.#write(work) });
  }

  append(batch: OwnerAppend) {
    return this.#write((sql) => rows.appendOwn(sql, batch));
  }
  amend<T extends Json>(
    runId: RunId,
    request: Request | null,
    decide: (view: AmendView) => Amendment<T>,
  ): Promise<Amended<T>> {
    return this.#write((sql) => rows.amendRun(sql, runId, request, decide));
  }
  amendSystem<T extends Json>(
    request: Request | null,
    decide: (head: Head) => { readonly events: readonly JournalEvent[]; readonly answer: T },
  ): Promise<Amended<T>> {
    return this.#write((sql) => rows.amendSystem(sql, request, decide));
  }
  claim(runId: RunId, owner: string) {
    return this.#write((sql) => rows.claimRun(sql, runId, owner, this.#now()));
  }
  rest(runId: RunId, epoch: number, head: string, summary: RunSummary) {
    return this.#write((sql) => rows.restRun(sql, runId, epoch, head, summary));
  }

  read(runId: RunId, options: ReadOptions = {}) {
    return eventsInParts((query) => this.#read(query), runId, options);
  }
  payloads(runId: RunId) {
    return this.#read((sql) => queries.payloadsOf(sql, runId));
  }
  head(runId: RunId) {
    return this.#read((sql) => queries.headOfRun(sql, runId));
  }
  run(runId: RunId) {
    return this.#read((sql) => queries.runOf(sql, runId));
  }
  runs(query: RunQuery) {
    return this.#read((sql) => queries.runsBy(sql, query));
  }
  hold(holdId: HoldId) {
    return this.#read((sql) => holds.holdOf(sql, holdId));
  }
  holds(query: HoldQuery) {
    return this.#read((sql) => holds.holdsBy(sql, query));
  }
  count(wanted: Counted) {
    return this.#read((sql) => countRows(sql, wanted));
  }
  decided(query: DecidedQuery) {
    return this.#read((sql) => decisionsBy(sql, query));
  }
  due(query: DueQuery) {
    return this.#read((sql) => holds.dueHolds(sql, query));
  }
  orphans(query: OrphanQuery) {
    return this.#read((sql) => queries.orphanRuns(sql, query));
  }
  answered(request: Request): Promise<Json | null> {
    return this.#read((sql) => {
      const stored = storedAnswer(sql, request);
      return stored && answerOf(stored, request);
    });
  }
  answeredAndSystem(request: Request): Promise<{ answer: Json | null; systemSeq: number }> {
    return this.#read((sql) => {
      const stored = storedAnswer(sql, request);
      return { answer: stored && answerOf(stored, request), systemSeq: queries.headOfRun(sql, SYSTEM_JOURNAL).seq };
    });
  }

  erase(runId: RunId, erasure: Erasure) {
    return this.#write((sql) => eraseRun(sql, runId, erasure));
  }
  remove(runId: RunId, seq: number) {
    return this.#write((sql) => removeRun(sql, runId, seq));
  }

  enter(node: NodeRow) {
    return this.#write((sql) => rows.upsertNode(sql, node));
  }
  renew(nodeId: string, at: string) {
    return this.#write((sql) => rows.renewNode(sql, nodeId, at));
  }
  leave(nodeId: string) {
    return this.#write((sql) => rows.deleteNode(sql, nodeId));
  }
  nodes() {
    return this.#read(queries.nodesOf);
  }
  underWay() {
    return this.#read(queries.runsUnderWay);
  }

  answers(after: Pick<Request, 'by' | 'id'> | null, limit: number) {
    return this.#read((sql) => answersAfter(sql, after, limit));
  }
  restore(part: Restored) {
    return this.#write((sql) => restorePart(sql, part));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#writer?.close();
    this.#db.close();
  }

  /** On the connection that writes, where there is one: a transaction never outlasts a tick, so this is what is committed, and what
   *  was just written need not be read from the file again. */
  async #read<T>(query: (sql: Sql) => T): Promise<T> {
    const until = performance.now() + READ_BUSY_MS;
    for (;;) {
      if (this.#closing) throw closed();
      try {
        return query(this.#sql);
      } catch (error) {
        if (!isBusy(error) || performance.now() >= until) throw readFailure(error, this.#db.name);
        await sleep(BUSY_RETRY_MS);
      }
    }
  }

  #write<T>(work: (sql: Sql) => T): Promise<T> {
    if (this.#writer) return this.#writer.write(() => work(this.#sql));
    const message = `The database ${this.#db.name} was opened for reading only. Open it for writing.`;
    return Promise.reject(new HoldpointError('UNAVAILABLE', message));
  }
}
