import type { HoldRecord } from '../hooks/hold.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import { type HoldId, type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import type { Json } from '../json/json.ts';
import { EMPTY_HEAD, type Head, type JournalEvent } from './envelope.ts';
import type {
  Answered,
  DecidedQuery,
  HoldQuery,
  NodeAbout,
  NodeRow,
  Page,
  ReadOptions,
  Request,
  RunQuery,
  RunRow,
  SeenNode,
  UnderWay,
} from './journal.ts';
import { type List, limitOf, pageOf, placeOf } from './page.ts';
import type { Payload } from './payloads.ts';
import type { Sql } from './sqlite-statements.ts';

/** Reads, on any connection. Rows are what `sqlite-rows.ts` wrote, so their shapes are trusted here. */

interface EventRow extends Omit<JournalEvent, 'v' | 'data' | 'salt' | 'dataHash'> {
  readonly data: string | null;
  readonly salt: string | null;
  readonly dataHash: string;
}

export function eventsOf(sql: Sql, runId: RunId, options: ReadOptions): JournalEvent[] {
  const { after = 0, limit = Number.MAX_SAFE_INTEGER, type: wanted } = options;
  return sql<EventRow>(
    `SELECT run, seq, at, type, "by", data, salt, data_hash AS dataHash, prev, hash
     FROM events WHERE run = ? AND seq > ? ${wanted ? 'AND type = ?' : ''} ORDER BY seq LIMIT ?`,
  )
    .all(...[runId, after, ...(wanted ? [wanted] : []), limit])
    .map(({ run, seq, at, type, by, data, salt, dataHash, prev, hash }) => ({
      v: 1,
      ...{ run, seq, at, type, by },
      ...(data === null ? {} : { data: JSON.parse(data) as unknown }),
      ...(salt === null ? {} : { salt }),
      ...{ dataHash, prev, hash },
    }));
}

export function payloadsOf(sql: Sql, runId: RunId): Payload[] {
  return sql<{ digest: string; value: string }>('SELECT digest, value FROM payloads WHERE run = ? ORDER BY rowid')
    .all(runId)
    .map(({ digest, value }) => ({ digest, value: JSON.parse(value) as Json }));
}

export function headOfRun(sql: Sql, runId: RunId): Head {
  if (runId === SYSTEM_JOURNAL) return headOfSystem(sql);
  return sql<Head>('SELECT seq, hash, at FROM runs WHERE id = ?').get(runId) ?? EMPTY_HEAD;
}

/** The journal `system` has no row, so its head is its last event. */
export function headOfSystem(sql: Sql): Head {
  const last = sql<Head>('SELECT seq, hash, at FROM events WHERE run = ? ORDER BY seq DESC LIMIT 1');
  return last.get(SYSTEM_JOURNAL) ?? EMPTY_HEAD;
}

interface RawRun extends Head {
  readonly summary: string;
  readonly fingerprint: string;
  readonly owner: string | null;
  readonly epoch: number;
  readonly wake: number;
}

export function runOf(sql: Sql, runId: RunId): RunRow | null {
  const row = sql<RawRun>('SELECT summary, seq, hash, at, fingerprint, owner, epoch, wake FROM runs WHERE id = ?').get(
    runId,
  );
  if (!row) return null;
  const { summary, seq, hash, at, wake, ...rest } = row;
  return { summary: JSON.parse(summary) as RunSummary, head: { seq, hash, at }, wake: wake === 1, ...rest };
}

/** `runId`: only if it belongs to this run. */
export function holdOf(sql: Sql, holdId: HoldId, runId: RunId | null = null): HoldRecord | null {
  const row = sql<{ run: string; record: string }>('SELECT run, record FROM holds WHERE id = ?').get(holdId);
  return row && (runId === null || row.run === runId) ? (JSON.parse(row.record) as HoldRecord) : null;
}

export function runsBy(sql: Sql, { status, crew, limit, cursor }: RunQuery): Page<RunSummary> {
  return listBy(sql, { list: 'runs', json: 'summary', where: { status, crew }, limit, cursor });
}

export function holdsBy(sql: Sql, { status, crew, runId, limit, cursor }: HoldQuery): Page<HoldRecord> {
  return listBy(sql, { list: 'holds', json: 'record', where: { status, crew, run: runId }, limit, cursor });
}

/** As `pastDecisions` reads a history: entries of this hold itself, the last one made by all of `decidedBy`. */
const DECIDED = `json_extract(record, '$.inherited') IS NULL AND EXISTS (
  SELECT 1 FROM json_each(record, '$.history') AS entry
  WHERE entry.key >= ifnull(json_extract(record, '$.priorDecisions'), 0)
  AND ($verdict IS NULL OR entry.value ->> 'verdict' = $verdict)
  AND ($from IS NULL OR entry.value ->> 'at' >= $from) AND ($to IS NULL OR entry.value ->> 'at' < $to)
  AND ($by IS NULL OR entry.value ->> 'by' = $by OR (
    entry.key = json_array_length(record, '$.history') - 1
    AND EXISTS (SELECT 1 FROM json_each(record, '$.decidedBy') AS voter WHERE voter.value = $by))))`;

export function decidedHolds(sql: Sql, { crew, limit: wanted, cursor, ...filter }: DecidedQuery): Page<HoldRecord> {
  const { by = null, verdict = null, from = null, to = null } = filter;
  const limit = limitOf(wanted);
  const rows = sql<{ n: number; record: string }>(
    `SELECT n, record FROM holds WHERE n < $n AND ($crew IS NULL OR crew = $crew) AND ${DECIDED} ORDER BY n DESC LIMIT $limit`,
  ).all({ n: placeOf('holds', cursor), crew: crew ?? null, by, verdict, from, to, limit: limit + 1 });
  const placed = rows.map(({ n, record }) => ({ n, item: JSON.parse(record) as HoldRecord }));
  return pageOf('holds', placed, limit);
}

interface ListOptions {
  readonly list: List;
  readonly json: 'summary' | 'record';
  readonly where: Readonly<Partial<Record<'status' | 'crew' | 'run', string | undefined>>>;
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
}

function listBy<T>(sql: Sql, options: ListOptions): Page<T> {
  const filters = Object.entries(options.where).filter(([, value]) => value !== undefined);
  const condition = filters.map(([column]) => `${column} = ? AND `).join('');
  const limit = limitOf(options.limit);
  const rows = sql<{ n: number; json: string }>(
    `SELECT n, ${options.json} AS json FROM ${options.list} WHERE ${condition}n < ? ORDER BY n DESC LIMIT ?`,
  ).all(...filters.map(([, value]) => value), placeOf(options.list, options.cursor), limit + 1);
  const placed = rows.map(({ n, json }) => ({ n, item: JSON.parse(json) as T }));
  return pageOf(options.list, placed, limit);
}

export function dueHolds(sql: Sql, now: string): HoldRecord[] {
  return sql<{ record: string }>(
    'SELECT record FROM holds WHERE next_deadline IS NOT NULL AND next_deadline <= ? ORDER BY next_deadline, n',
  )
    .all(Date.parse(now))
    .map(({ record }) => JSON.parse(record) as HoldRecord);
}

export function orphanRuns(sql: Sql, alive: readonly string[]): RunId[] {
  return sql<{ id: RunId }>(
    `SELECT id FROM runs WHERE wake = 1
     AND (owner IS NULL OR owner NOT IN (SELECT value FROM json_each(?))) ORDER BY n`,
  )
    .all(JSON.stringify(alive))
    .map(({ id }) => id);
}

export function storedAnswer(sql: Sql, { by, id }: Request): Answered | null {
  const row = sql<{ content: string; answer: string }>(
    'SELECT content, answer FROM requests WHERE "by" = ? AND id = ?',
  ).get(by, id);
  return row ? { by, id, content: row.content, answer: JSON.parse(row.answer) as Json } : null;
}

export function nodesOf(sql: Sql): SeenNode[] {
  return sql<Omit<NodeRow, 'seenAt' | 'about'> & { seenAt: number; about: string | null }>(
    'SELECT id, pid, host, url, about, started_at AS startedAt, seen_at AS seenAt FROM nodes ORDER BY started_at, id',
  )
    .all()
    .map(({ seenAt, about, ...node }) => ({
      ...node,
      seenAt: new Date(seenAt).toISOString(),
      silentMs: null,
      ...(about === null ? {} : { about: JSON.parse(about) as NodeAbout }),
    }));
}

export function runsUnderWay(sql: Sql): UnderWay[] {
  return sql<UnderWay>('SELECT id AS runId, crew, owner FROM runs WHERE wake = 1 ORDER BY n').all();
}
