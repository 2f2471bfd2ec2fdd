import type pg from 'pg';
import type { Sent } from './jobs-database.ts';
import { isCollision, isFaultOfOneWrite, sqlStateOf } from './postgres-errors.ts';
import type { JobWriter } from './postgres-hand-out.ts';
import type { Job } from './postgres-jobs.ts';
import { preparedOn, type Query } from './postgres-pool.ts';
import type { SystemLook } from './postgres-system-look.ts';
import { Tables } from './postgres-tables.ts';
import { all, lockAndRead } from './postgres-transaction.ts';
import { commitRows, writeRows } from './postgres-write.ts';

/** A write that waits for its transaction. */
export interface Queued {
  readonly job: Job<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What became of a commit is asked for by its transaction; of one that began, wrote and committed in one go, by the end of its session. */
export type AskedBy = { readonly transaction: string } | { readonly session: number };

interface Lost {
  readonly by: AskedBy;
  readonly settle: () => void;
  readonly witness: Tables['witness'];
}

/** A commit that was sent and never answered. */
export class CommitLost extends Error {
  readonly lost: Lost;

  constructor(cause: unknown, lost: Lost) {
    super('the commit was not answered', { cause });
    this.lost = lost;
  }
}

/** Statements that a connection kept are of no use to the database any more. */
const STALE = /^(0A000|26000)$/;

/**
 * Stores what an owner writes, without reading first: it knows how it left its runs, and each of them is changed only if it stands like
 * that. So does who decides on a run that rests as it was left here. One round trip, where no job goes; else two: all that is to be stored, then COMMIT.
 * @returns how to answer the writers; null, and nothing of it is stored: a run is not as its owner left it, or a write needs to see
 *   what is there. Then the locks say what is.
 */
export async function storeAsExpected(
  client: pg.PoolClient,
  queued: readonly Queued[],
  { jobs, session, look }: Around & { readonly session: number | null },
): Promise<(() => void) | null> {
  const tables = expected(queued);
  const decided = tables && decideAll(queued, tables);
  if (!tables || !decided?.isGranted || !tables.witness) return null;
  const storing: Storing = { tables, witness: tables.witness, jobs, look, answer: decided.answer };
  const isAlone = !jobs?.isNeeded(tables.jobs);
  try {
    return await (isAlone && session !== null ? inOneTrip(client, storing, session) : inTwoTrips(client, storing));
  } catch (error) {
    if (isFaultOfOneWrite(error) || isCollision(error)) return null;
    throw error;
  }
}

interface Around {
  readonly jobs: JobWriter | null;
  readonly look: SystemLook;
}

interface Storing extends Around {
  readonly tables: Tables;
  readonly witness: NonNullable<Tables['witness']>;
  readonly answer: () => void;
}

/** @throws `CommitLost` where the server did not say what became of it */
async function inOneTrip(
  client: pg.PoolClient,
  { tables, witness, jobs, look, answer }: Storing,
  session: number,
): Promise<() => void> {
  const query = preparedOn(client);
  const { committed, looked } = await inOnePiece(client, async () => ({
    committed: commitRows(query, tables.rows),
    looked: lookBehind(query, tables, look),
  }));
  const settle = () => {
    look.keep(looked);
    jobs?.settle(tables.jobs);
    answer();
  };
  await committed.catch((cause: unknown) => {
    throw sqlStateOf(cause) === null ? new CommitLost(cause, { by: { session }, settle, witness }) : cause;
  });
  return settle;
}

async function inTwoTrips(
  client: pg.PoolClient,
  { tables, witness, jobs, look, answer }: Storing,
): Promise<(() => void) | null> {
  const query = preparedOn(client);
  try {
    const { writing, sent } = await inOnePiece(client, async () => {
      const begun = query('BEGIN');
      const rows = writeRows(query, tables.rows);
      return { writing: all([begun, rows]), sent: await sendJobs(query, tables, jobs, rows) };
    });
    const [, transaction] = await writing;
    await sent?.done;
    if (transaction !== null) {
      const { committed, looked } = await inOnePiece(client, async () => commitAndLook(client, tables, look));
      const settle = () => {
        look.keep(looked);
        jobs?.settle(tables.jobs);
        answer();
      };
      await committed.catch((cause: unknown) => {
        throw new CommitLost(cause, { by: { transaction }, settle, witness });
      });
      return settle;
    }
  } catch (error) {
    if (!isFaultOfOneWrite(error) && !isCollision(error)) throw error;
  }
  await query('ROLLBACK');
  return null;
}

/** Locks and reads what the writes are about, decides each on that, and stores what came of all of them together with COMMIT: two
 *  round trips. @returns how to answer the writers */
export async function storeUnderLocks(
  client: pg.PoolClient,
  queued: readonly Queued[],
  { now, jobs, look }: Around & { readonly now: number | null },
): Promise<() => void> {
  const query = preparedOn(client);
  const needs = queued.map(({ job }) => job.needs);
  const { reading } = await inOnePiece(client, async () => ({ reading: lockAndRead(query, needs, now, jobs) }));
  const { tables, transaction } = await reading;
  const { answer } = decideAll(queued, tables);
  const { stored, committed, looked } = await inOnePiece(client, async () => {
    const rows = writeRows(query, tables.rows, { locked: true });
    const sent = await sendJobs(query, tables, jobs, rows);
    // Whatever failed before, the server makes a COMMIT of it that stores nothing.
    return { stored: all([rows, sent?.done]), ...commitAndLook(client, tables, look) };
  });
  const settle = () => {
    look.keep(looked);
    jobs?.settle(tables.jobs);
    answer();
  };
  const [storing, committing] = await Promise.allSettled([stored, committed]);
  if (storing.status === 'rejected' && sqlStateOf(storing.reason) !== null) throw storing.reason;
  if (storing.status === 'rejected' || committing.status === 'rejected') {
    const cause = storing.status === 'rejected' ? storing.reason : (committing as PromiseRejectedResult).reason;
    throw new CommitLost(cause, { by: { transaction }, settle, witness: tables.witness });
  }
  return settle;
}

/** What is sent meanwhile leaves together. */
async function inOnePiece<T>(client: pg.PoolClient, send: () => Promise<T>): Promise<T> {
  const { stream } = client.connection;
  stream.cork();
  try {
    return await send();
  } finally {
    stream.uncork();
  }
}

/** Sends what is to become of jobs behind the rows. Null: nothing. */
async function sendJobs(
  query: Query,
  tables: Tables,
  jobs: JobWriter | null,
  rows: Promise<unknown>,
): Promise<Sent<unknown> | null> {
  // What became of the rows is looked at later.
  rows.catch(() => undefined);
  return jobs?.isNeeded(tables.jobs) ? jobs.write(query, tables.jobs) : null;
}

/** Whether the connection can be used again after an error. */
export async function rollBack(client: pg.PoolClient, error: unknown): Promise<boolean> {
  const state = sqlStateOf(error);
  if (state === null || STALE.test(state)) return false;
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}

/** The rows as the writes take them to be. Null: one of them has to read first. */
function expected(queued: readonly Queued[]): Tables | null {
  const tables = new Tables();
  const known = new Set<string>();
  for (const { job } of queued) {
    const { needs, expects, expectedHolds = [] } = job;
    if (expects === undefined || needs.run === undefined) return null;
    if (known.has(needs.run)) continue;
    if (expects === 'as left') return null;
    known.add(needs.run);
    if (expects) tables.stands(expects);
    for (const hold of expectedHolds) tables.holds.set(hold.id, { run: needs.run, record: JSON.stringify(hold) });
  }
  return tables;
}

function decideAll(queued: readonly Queued[], tables: Tables): { isGranted: boolean; answer: () => void } {
  let isGranted = true;
  const answers = queued.map(({ job, resolve, reject }) => {
    try {
      const { value, change } = job.decide(tables);
      if (change) tables.apply(change);
      return () => resolve(value);
    } catch (error) {
      isGranted = false;
      return () => reject(error);
    }
  });
  const answer = () => {
    for (const each of answers) each();
  };
  return { isGranted, answer };
}

function commitAndLook(client: pg.PoolClient, tables: Tables, look: SystemLook) {
  const committed = commit(client);
  // Whoever waits for it is told; that may be later.
  committed.catch(() => undefined);
  return { committed, looked: lookBehind(preparedOn(client), tables, look) };
}

/** Where a run became this node's, its driver looks whether everything is stopped, once that is durable. */
function lookBehind(query: Query, { jobs }: Tables, look: SystemLook) {
  return jobs.some(({ step }) => step === 'own') ? look.begin(query) : null;
}

async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  // The server's word for a transaction that had failed before.
  if (command !== 'COMMIT') throw new Error(`the server answered ${command}`);
}
