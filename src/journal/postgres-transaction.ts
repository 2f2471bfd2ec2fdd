import { createHash } from 'node:crypto';
import type { HoldId, RunId } from '../ids.ts';
import type { JobWriter } from './postgres-hand-out.ts';
import type { Needs } from './postgres-jobs.ts';
import type { Query } from './postgres-pool.ts';
import { headOfSystem, keyOf, RUN_COLUMNS, STORE_NOW, type StoredRun, storedAnswers } from './postgres-queries.ts';
import { Tables } from './postgres-tables.ts';
import { DURABLE, DURABLE_TRANSACTION } from './postgres-write.ts';

/**
 * Begins a transaction, locks and reads what jobs need. Locks are taken in one order (names by number, then runs by id), so that
 * no two nodes wait for each other. Names are locked where there may be no row to lock yet: a run that starts, a request, the
 * journal of no run. All of it is sent at once, and carried out in this order: each statement sees what was committed before it
 * began, hence all that others wrote under the locks.
 */
export async function lockAndRead(
  query: Query,
  needs: readonly Needs[],
  nowMs: number | null,
  jobs: JobWriter | null,
): Promise<{ tables: Tables; transaction: string }> {
  const tables = new Tables();
  const begun = query('BEGIN');
  const [names, held] = [namesOf(needs), distinct(needs.flatMap(({ holds, run }) => (holds && run) || []))];
  // Some statement tells which transaction it is, and makes it durable.
  const named = names.length > 0 || held.length === 0 ? lockNames(query, names) : null;
  const reading: Promise<unknown>[] = [readRuns(query, tables, needs), readAnswers(query, tables, requestKeys(needs))];
  const transaction = named ?? readHolds(query, tables, held, nowMs);
  if (named && held.length > 0) reading.push(readHolds(query, tables, held, nowMs));
  if (needs.some(({ system }) => system)) reading.push(readSystem(query, tables));
  if (needs.some(({ nodes }) => nodes)) reading.push(readNodes(query, tables, nowMs));
  if (jobs) reading.push(readHeld(query, tables, jobs, needs));
  await all([begun, transaction, ...reading]);
  return { tables, transaction: await transaction };
}

/** The answers to what was sent together. @throws the first error in the order of sending; those after it only follow from it */
export async function all<T extends readonly unknown[] | []>(
  answers: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  for (const answer of await Promise.allSettled(answers)) if (answer.status === 'rejected') throw answer.reason;
  return Promise.all(answers) as Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>;
}

function namesOf(needs: readonly Needs[]): string[] {
  const starts = needs.flatMap(({ starts, run }) => (starts && run ? [`run ${run}`] : []));
  const names = [...starts, ...requestKeys(needs).map((key) => `request ${key}`)];
  return needs.some(({ system }) => system) ? [...names, 'system'] : names;
}

/** Gives the transaction's id, by which its outcome can be asked for should the connection break. */
async function lockNames(query: Query, names: readonly string[]): Promise<string> {
  const numbers = distinct(names.map(lockNumber)).sort((a, b) => (a < b ? -1 : 1));
  const [row] = await query<{ id: string }>(
    `SELECT ${DURABLE_TRANSACTION}, (SELECT count(pg_advisory_xact_lock(number)) FROM unnest($1::bigint[]) AS number)`,
    [numbers.map(String)],
  );
  return row?.id ?? '';
}

async function readRuns(query: Query, tables: Tables, needs: readonly Needs[]): Promise<void> {
  const runs = distinct(needs.flatMap(({ run }) => run ?? []));
  if (runs.length === 0) return;
  const rows = await query<StoredRun>(
    `SELECT ${RUN_COLUMNS} FROM holdpoint.runs WHERE id = ANY($1) ORDER BY id FOR UPDATE`,
    [runs],
  );
  for (const row of rows) tables.stands(row);
}

async function readAnswers(query: Query, { answers }: Tables, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  for (const [key, answer] of await storedAnswers(query, keys)) answers.set(key, answer);
}

async function readSystem(query: Query, tables: Tables): Promise<void> {
  tables.system = await headOfSystem(query);
}

async function readHeld(query: Query, { held }: Tables, jobs: JobWriter, needs: readonly Needs[]): Promise<void> {
  const given = needs.flatMap((need) => need.held ?? []);
  if (given.length > 0) for (const runId of await jobs.held(query, given)) held.add(runId);
}

/** Gives the transaction's id as well. */
async function readHolds(query: Query, tables: Tables, runs: readonly RunId[], nowMs: number | null): Promise<string> {
  const rows = await query<{ transaction: string; now: number; id: HoldId | null; run: RunId; record: string }>(
    `SELECT pg_current_xact_id()::text AS transaction, ${DURABLE}, ${STORE_NOW} AS now, id, run, record FROM (SELECT) AS once LEFT JOIN holdpoint.holds ON run = ANY($2)`,
    [nowMs, runs],
  );
  for (const { id, run, record } of rows) if (id !== null) tables.holds.set(id, { run, record });
  tables.now = new Date(rows[0]?.now ?? Number.NaN).toISOString();
  return rows[0]?.transaction ?? '';
}

async function readNodes(query: Query, { silent }: Tables, nowMs: number | null): Promise<void> {
  const rows = await query<{ id: string; silentMs: number }>(
    `SELECT id, (${STORE_NOW} - seen_at)::float8 AS "silentMs" FROM holdpoint.nodes`,
    [nowMs],
  );
  for (const { id, silentMs } of rows) silent.set(id, silentMs);
}

function requestKeys(needs: readonly Needs[]): string[] {
  return distinct(needs.flatMap(({ request }) => (request ? [keyOf(request)] : [])));
}

function lockNumber(name: string): bigint {
  return createHash('sha256').update(`holdpoint ${name}`).digest().readBigInt64BE();
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
