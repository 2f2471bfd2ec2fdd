import { createHash } from 'node:crypto';
import type { HoldId, RunId } from '../ids.ts';
import { NODE_SILENCE_MS } from './deadline.ts';
import type { JobWriter } from './postgres-hand-out.ts';
import type { Needs } from './postgres-jobs.ts';
import type { Query } from './postgres-pool.ts';
import { headOfSystem, keyOf, RUN_COLUMNS, STORE_NOW, type StoredRun, storedAnswers } from './postgres-queries.ts';
import { Tables } from './postgres-tables.ts';

/**
 * Locks and reads what jobs need, inside a transaction that was begun. Locks are taken in one order (names by number, then runs
 * by id), so that no two nodes wait for each other. Names are locked where there may be no row to lock yet: a run that starts,
 * a request, the journal of no run.
 */
export async function lockAndRead(
  query: Query,
  needs: readonly Needs[],
  nowMs: number | null,
  jobs: JobWriter | null,
): Promise<{ tables: Tables; transaction: string }> {
  const transaction = await lockNames(query, needs);
  const tables = new Tables();
  const runs = distinct(needs.flatMap(({ run }) => run ?? []));
  if (runs.length > 0) {
    const rows = await query<StoredRun>(
      `SELECT ${RUN_COLUMNS} FROM holdpoint.runs WHERE id = ANY($1) ORDER BY id FOR UPDATE`,
      [runs],
    );
    for (const row of rows) tables.runs.set(row.id, row);
  }
  // Each statement sees what was committed before it began, hence all that others wrote under the locks.
  const keys = requestKeys(needs);
  if (keys.length > 0) for (const [key, answer] of await storedAnswers(query, keys)) tables.answers.set(key, answer);
  await readHolds(query, tables, distinct(needs.flatMap(({ holds, run }) => (holds && run) || [])), nowMs);
  if (needs.some(({ system }) => system)) tables.system = await headOfSystem(query);
  if (needs.some(({ alive }) => alive)) await readNodes(query, tables, nowMs);
  const held = needs.flatMap((need) => need.held ?? []);
  if (held.length > 0 && jobs) for (const runId of await jobs.held(query, held)) tables.held.add(runId);
  return { tables, transaction };
}

/** Gives the transaction's id, by which its outcome can be asked for should the connection break. */
async function lockNames(query: Query, needs: readonly Needs[]): Promise<string> {
  const starts = needs.flatMap(({ starts, run }) => (starts && run ? [`run ${run}`] : []));
  const names = [...starts, ...requestKeys(needs).map((key) => `request ${key}`)];
  if (needs.some(({ system }) => system)) names.push('system');
  const numbers = distinct(names.map(lockNumber)).sort((a, b) => (a < b ? -1 : 1));
  // What is acknowledged must be on disk, whatever the server or the user is set to.
  const [row] = await query<{ id: string }>(
    `SELECT pg_current_xact_id()::text AS id, (SELECT count(pg_advisory_xact_lock(number)) FROM unnest($1::bigint[]) AS number),
     CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END`,
    [numbers.map(String)],
  );
  return row?.id ?? '';
}

async function readHolds(query: Query, tables: Tables, runs: readonly RunId[], nowMs: number | null): Promise<void> {
  if (runs.length === 0) return;
  const rows = await query<{ now: number; id: HoldId | null; run: RunId; record: string }>(
    `SELECT ${STORE_NOW} AS now, id, run, record FROM (SELECT) AS once LEFT JOIN holdpoint.holds ON run = ANY($2)`,
    [nowMs, runs],
  );
  for (const { id, run, record } of rows) if (id !== null) tables.holds.set(id, { run, record });
  tables.now = new Date(rows[0]?.now ?? Number.NaN).toISOString();
}

async function readNodes(query: Query, { alive }: Tables, nowMs: number | null): Promise<void> {
  const rows = await query<{ id: string }>(`SELECT id FROM holdpoint.nodes WHERE seen_at >= ${STORE_NOW} - $2`, [
    ...[nowMs, NODE_SILENCE_MS],
  ]);
  for (const { id } of rows) alive.add(id);
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
