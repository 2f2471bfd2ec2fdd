import type { HoldRecord } from '../hooks/hold.ts';
import { type FoundDecision, foundDecision } from '../hooks/past-decision.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import { type HoldId, type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import type { Json } from '../json/json.ts';
import { EMPTY_HEAD, type Head, type JournalEvent } from './envelope.ts';
import type {
  Answered,
  Counted,
  DecidedQuery,
  DueQuery,
  HoldQuery,
  NodeAbout,
  OrphanQuery,
  Page,
  ReadOptions,
  Request,
  RunQuery,
  RunRow,
  SeenNode,
  UnderWay,
} from './journal.ts';
import { decisionsBelow, dueBehind, type List, limitOf, pageOf, pageOfDecisions, pageOfDue, placeOf } from './page.ts';
import type { Payload } from './payloads.ts';
import type { Query } from './postgres-pool.ts';
import { asThereIsRoom, roomByCrew, type Waiting } from './room.ts';

/** Milliseconds since 1970 by the store's clock, which is the same for every node; `$1` stands in for it where it is given. */
export const STORE_NOW = 'coalesce($1::float8, extract(epoch FROM clock_timestamp()) * 1000)';

const PREPARED = { prepared: true } as const;

/** Reads, on any connection. Rows are what `postgres-tables.ts` wrote, so their shapes are trusted here. */

interface EventRow extends Omit<JournalEvent, 'v' | 'data' | 'salt'> {
  readonly data: string | null;
  readonly salt: string | null;
}

export async function eventsOf(query: Query, runId: RunId, options: ReadOptions): Promise<JournalEvent[]> {
  const { after = 0, limit = null, type = null } = options;
  const rows = await query<EventRow>(
    `SELECT run, seq, at, type, "by", data, salt, data_hash AS "dataHash", prev, hash FROM holdpoint.events
     WHERE run = $1 AND seq > $2::bigint AND ($3::text IS NULL OR type = $3) ORDER BY seq LIMIT $4::bigint`,
    [runId, after, type, limit],
    // A plan for any limit would sort a long run to give a page of it.
    { prepared: limit === null },
  );
  return rows.map(({ run, seq, at, type: kind, by, data, salt, dataHash, prev, hash }) => ({
    v: 1,
    ...{ run, seq, at, type: kind, by },
    ...(data === null ? {} : { data: JSON.parse(data) as unknown }),
    ...(salt === null ? {} : { salt }),
    ...{ dataHash, prev, hash },
  }));
}

export async function payloadsOf(query: Query, runId: RunId): Promise<Payload[]> {
  const rows = await query<{ digest: string; value: string }>(
    'SELECT digest, value FROM holdpoint.payloads WHERE run = $1 ORDER BY n',
    [runId],
  );
  return rows.map(({ digest, value }) => ({ digest, value: JSON.parse(value) as Json }));
}

export async function headOfRun(query: Query, runId: RunId): Promise<Head> {
  if (runId === SYSTEM_JOURNAL) return headOfSystem(query);
  const [head] = await query<Head>('SELECT seq, hash, at FROM holdpoint.runs WHERE id = $1', [runId]);
  return head ?? EMPTY_HEAD;
}

/** The journal `system` has no row, so its head is its last event. */
export async function headOfSystem(query: Query): Promise<Head> {
  const [head] = await query<Head>(
    'SELECT seq, hash, at FROM holdpoint.events WHERE run = $1 ORDER BY seq DESC LIMIT 1',
    [SYSTEM_JOURNAL],
  );
  return head ?? EMPTY_HEAD;
}

/** A run's row as it is stored; `summary` is JSON. */
export interface StoredRun extends Head {
  readonly id: RunId;
  readonly summary: string;
  readonly fingerprint: string;
  readonly owner: string | null;
  readonly epoch: number;
  readonly wake: boolean;
}
export const RUN_COLUMNS = 'id, summary, seq, hash, at, fingerprint, owner, epoch, wake';

export async function runOf(query: Query, runId: RunId): Promise<RunRow | null> {
  const [row] = await query<StoredRun>(`SELECT ${RUN_COLUMNS} FROM holdpoint.runs WHERE id = $1`, [runId], PREPARED);
  return row ? toRun(row) : null;
}

export function toRun({ id: _id, summary, seq, hash, at, ...rest }: StoredRun): RunRow {
  return { summary: JSON.parse(summary) as RunSummary, head: { seq, hash, at }, ...rest };
}

export function toStored(id: RunId, { summary, head, ...rest }: RunRow): StoredRun {
  return { id, summary: JSON.stringify(summary), ...head, ...rest };
}

export async function holdOf(query: Query, holdId: HoldId): Promise<HoldRecord | null> {
  const [row] = await query<{ record: string }>('SELECT record FROM holdpoint.holds WHERE id = $1', [holdId], PREPARED);
  return row ? (JSON.parse(row.record) as HoldRecord) : null;
}

export function runsBy(query: Query, { status, crew, limit, cursor }: RunQuery): Promise<Page<RunSummary>> {
  return listBy(query, { list: 'runs', json: 'summary', where: { status, crew }, limit, cursor });
}

export function holdsBy(query: Query, given: HoldQuery): Promise<Page<HoldRecord>> {
  const { status, crew, runId, limit, cursor } = given;
  if (runId !== undefined) return holdsOfRun(query, runId, given);
  return listBy(query, { list: 'holds', json: 'record', where: { status, crew }, limit, cursor });
}

export async function countRows(query: Query, { list, status }: Counted): Promise<number> {
  const [row] = await query<{ n: number }>(`SELECT count(*)::float8 AS n FROM holdpoint.${list} WHERE status = $1`, [
    status,
  ]);
  return row?.n ?? 0;
}

export async function decisionsBy(query: Query, given: DecidedQuery): Promise<Page<FoundDecision>> {
  const { by = null, verdict = null, from = '', to, crew = null, cursor } = given;
  const limit = limitOf(given.limit);
  const rows = await query<{ json: string; entry: number }>(
    `SELECT h.record AS json, d.entry FROM holdpoint.decisions AS d JOIN holdpoint.holds AS h ON h.id = d.hold
     WHERE (d.at, d.hold, d.entry) < ($1, $2, $3) AND d.at >= $4 AND ($5::text IS NULL OR h.crew = $5)
     AND ($6::text IS NULL OR d.verdict = $6) AND ($7::text IS NULL OR $7 = ANY (d.people))
     ORDER BY d.at DESC, d.hold DESC, d.entry DESC LIMIT $8`,
    [...decisionsBelow(cursor, to), from, crew, verdict, by, limit + 1],
  );
  const found = rows.map(({ json, entry }) => {
    const hold = JSON.parse(json) as HoldRecord;
    return foundDecision(hold, (hold.priorDecisions ?? 0) + entry);
  });
  return pageOfDecisions(found, limit);
}

/** A run has few, so they are found by the run, whatever else is asked for: a plan that may be kept. */
async function holdsOfRun(query: Query, runId: string, given: HoldQuery): Promise<Page<HoldRecord>> {
  const limit = limitOf(given.limit);
  const rows = await query<{ n: number; json: string }>(
    `WITH of_run AS MATERIALIZED (SELECT n, status, crew, record FROM holdpoint.holds WHERE run = $1)
     SELECT n::float8 AS n, record AS json FROM of_run
     WHERE n < $2 AND ($3::text IS NULL OR status = $3) AND ($4::text IS NULL OR crew = $4) ORDER BY n DESC LIMIT $5`,
    [runId, placeOf('holds', given.cursor), given.status ?? null, given.crew ?? null, limit + 1],
    PREPARED,
  );
  return paged('holds', rows, limit);
}

interface ListOptions {
  readonly list: List;
  readonly json: 'summary' | 'record';
  readonly where: Readonly<Partial<Record<'status' | 'crew', string | undefined>>>;
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
}

async function listBy<T>(query: Query, options: ListOptions): Promise<Page<T>> {
  const filters = Object.entries(options.where).filter(([, value]) => value !== undefined);
  const condition = filters.map(([column], index) => `${column} = $${index + 3} AND `).join('');
  const limit = limitOf(options.limit);
  const rows = await query<{ n: number; json: string }>(
    `SELECT n::float8 AS n, ${options.json} AS json FROM holdpoint.${options.list}
     WHERE ${condition}n < $1 ORDER BY n DESC LIMIT $2`,
    [placeOf(options.list, options.cursor), limit + 1, ...filters.map(([, value]) => value)],
  );
  return paged(options.list, rows, limit);
}

function paged<T>(list: List, rows: readonly { n: number; json: string }[], limit: number): Page<T> {
  return pageOf(
    list,
    rows.map(({ n, json }) => ({ n, item: JSON.parse(json) as T })),
    limit,
  );
}

export async function dueHolds(query: Query, { now, limit, cursor }: DueQuery): Promise<Page<HoldRecord>> {
  const rows = await query<{ atMs: number; n: number; record: string }>(
    `SELECT next_deadline::float8 AS "atMs", n::float8 AS n, record FROM holdpoint.holds
     WHERE next_deadline <= $1 AND (next_deadline, n) > ($2, $3) ORDER BY next_deadline, n LIMIT $4`,
    [Date.parse(now), ...dueBehind(cursor), limit + 1],
  );
  return pageOfDue(
    rows.map(({ atMs, n, record }) => ({ place: [atMs, n], hold: JSON.parse(record) as HoldRecord })),
    limit,
  );
}

export async function orphanRuns(query: Query, wanted: OrphanQuery): Promise<RunId[]> {
  const { alive, only } = wanted;
  const rooms = roomByCrew(wanted);
  const rows = only
    ? await query<Waiting>(
        `SELECT id, crew FROM holdpoint.runs WHERE id = ANY($1) AND wake AND (owner IS NULL OR owner <> ALL($2)) ORDER BY n`,
        [[...only], [...alive]],
      )
    : await query<Waiting>(
        `SELECT run.id, run.crew FROM unnest($1::text[], $2::bigint[]) AS wanted (crew, most) CROSS JOIN LATERAL (
           SELECT n, id, crew FROM holdpoint.runs
           WHERE wake AND crew = wanted.crew AND (owner IS NULL OR owner <> ALL($3)) ORDER BY n LIMIT wanted.most
         ) AS run ORDER BY run.n`,
        [rooms.map(([crew]) => crew), rooms.map(([, most]) => most), [...alive]],
      );
  return asThereIsRoom(rows, wanted);
}

/** Whether pg-boss has its tables. */
export async function areJobsThere(query: Query): Promise<boolean> {
  const [row] = await query<{ found: boolean }>("SELECT to_regclass('holdpoint_jobs.version') IS NOT NULL AS found");
  return row?.found === true;
}

/** Runs that have work to do, no owner who was heard of lately, and no job. */
export async function orphansWithoutJob(query: Query, nowMs: number | null, silenceMs: number): Promise<RunId[]> {
  const rows = await query<{ id: RunId }>(
    `SELECT id FROM holdpoint.runs AS run WHERE wake
     AND (owner IS NULL OR owner NOT IN (SELECT id FROM holdpoint.nodes WHERE seen_at >= ${STORE_NOW} - $2))
     AND NOT EXISTS (SELECT 1 FROM holdpoint_jobs.job WHERE name = 'crew/' || crew AND singleton_key = run.id)`,
    [nowMs, silenceMs],
  );
  return rows.map(({ id }) => id);
}

/** Who drives these runs, and whether they have work to do. */
export async function standingOf(
  query: Query,
  runs: readonly RunId[],
): Promise<Map<RunId, Pick<StoredRun, 'id' | 'owner' | 'epoch' | 'wake'>>> {
  if (runs.length === 0) return new Map();
  const rows = await query<Pick<StoredRun, 'id' | 'owner' | 'epoch' | 'wake'>>(
    'SELECT id, owner, epoch, wake FROM holdpoint.runs WHERE id = ANY($1)',
    [[...runs]],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** A node was there. False if its row is gone. */
export async function renewNode(query: Query, nodeId: string, nowMs: number | null): Promise<boolean> {
  const renewed = await query(`UPDATE holdpoint.nodes SET seen_at = ${STORE_NOW} WHERE id = $2 RETURNING id`, [
    ...[nowMs, nodeId],
  ]);
  return renewed.length > 0;
}

/** Requests are found by one text, in which no two pairs of `by` and `id` are alike, and which any characters may be in. */
export function keyOf({ by, id }: Pick<Request, 'by' | 'id'>): string {
  return JSON.stringify([by, id]);
}

export async function storedAnswers(query: Query, keys: readonly string[]): Promise<Map<string, Answered>> {
  const rows = await query<{ key: string; content: string; answer: string }>(
    'SELECT key, content, answer FROM holdpoint.requests WHERE key = ANY($1)',
    [[...keys]],
    PREPARED,
  );
  return new Map(rows.map((row) => [row.key, toAnswered(row)]));
}

/** One of them, by a plan that may be kept. */
export async function storedAnswer(query: Query, key: string): Promise<Answered | null> {
  const [row] = await query<{ key: string; content: string; answer: string }>(
    'SELECT key, content, answer FROM holdpoint.requests WHERE key = $1',
    [key],
    PREPARED,
  );
  return row ? toAnswered(row) : null;
}

/** One round trip for both. */
export async function answerAndSystem(
  query: Query,
  key: string,
): Promise<{ stored: Answered | null; systemSeq: number }> {
  const [row] = await query<{ key: string | null; content: string; answer: string; systemSeq: number | null }>(
    `SELECT key, content, answer, (SELECT max(seq) FROM holdpoint.events WHERE run = $2) AS "systemSeq"
     FROM (SELECT) AS once LEFT JOIN holdpoint.requests ON key = $1`,
    [key, SYSTEM_JOURNAL],
    PREPARED,
  );
  const stored = row && row.key !== null ? toAnswered({ ...row, key: row.key }) : null;
  return { stored, systemSeq: row?.systemSeq ?? 0 };
}

export async function answersAfter(
  query: Query,
  after: Pick<Request, 'by' | 'id'> | null,
  limit: number,
): Promise<Answered[]> {
  const rows = await query<{ key: string; content: string; answer: string }>(
    'SELECT key, content, answer FROM holdpoint.requests WHERE key > $1 ORDER BY key LIMIT $2',
    [after ? keyOf(after) : '', limit],
  );
  return rows.map(toAnswered);
}

function toAnswered({ key, content, answer }: { key: string; content: string; answer: string }): Answered {
  const [by, id] = JSON.parse(key) as [string, string];
  return { by, id, content, answer: JSON.parse(answer) as Json };
}

export async function nodesOf(query: Query, nowMs: number | null): Promise<SeenNode[]> {
  const rows = await query<Omit<SeenNode, 'seenAt' | 'about'> & { seenAt: number; about: string | null }>(
    `SELECT id, pid, host, url, about, started_at AS "startedAt", seen_at::float8 AS "seenAt",
     greatest(0, round(${STORE_NOW} - seen_at))::float8 AS "silentMs" FROM holdpoint.nodes
     ORDER BY started_at COLLATE "C", id COLLATE "C"`,
    [nowMs],
  );
  return rows.map(({ seenAt, about, ...node }) => ({
    ...node,
    seenAt: new Date(seenAt).toISOString(),
    ...(about === null ? {} : { about: JSON.parse(about) as NodeAbout }),
  }));
}

export function runsUnderWay(query: Query): Promise<UnderWay[]> {
  return query<UnderWay>('SELECT id AS "runId", crew, owner FROM holdpoint.runs WHERE wake ORDER BY n');
}
