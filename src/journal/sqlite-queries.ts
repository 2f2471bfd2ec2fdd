import type { RunSummary } from '../hooks/run-summary.ts';
import { type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import type { Json } from '../json/json.ts';
import type { Head } from './envelope.ts';
import type { NodeAbout, NodeRow, OrphanQuery, Page, RunQuery, RunRow, SeenNode, UnderWay } from './journal.ts';
import { limitOf, pageOf, placeOf } from './page.ts';
import type { Payload } from './payloads.ts';
import { asThereIsRoom, roomByCrew, type Waiting } from './room.ts';
import { headOfSystem, type Place, placeOfRun, type RawHead, toHead } from './sqlite-events.ts';
import { type Members, packMembers, unpackMembers } from './sqlite-members.ts';
import { newestRows } from './sqlite-newest.ts';
import { hexOf, unpackTime } from './sqlite-packing.ts';
import { NUMBER, type Sql, TEXT } from './sqlite-statements.ts';

/** Reads, on any connection. Rows are what `sqlite-rows.ts` wrote, so their shapes are trusted here. */

const PAYLOADS = `SELECT ${hexOf('digest')} AS digest, value FROM payloads WHERE run_n = ${NUMBER} ORDER BY rowid`;

export function payloadsOf(sql: Sql, runId: RunId): Payload[] {
  const place = placeOfRun(sql, runId);
  if (!place) return [];
  return sql<{ digest: string; value: string }>(PAYLOADS)
    .all(place.n)
    .map(({ digest, value }) => ({ digest, value: JSON.parse(value) as Json }));
}

export function headOfRun(sql: Sql, runId: RunId): Head {
  if (runId === SYSTEM_JOURNAL) return headOfSystem(sql);
  return toHead(sql<RawHead>('SELECT seq, lower(hex(hash)) AS hash, at FROM runs WHERE id = ?').get(runId));
}

interface RawSummary {
  readonly n: number;
  readonly id: RunId;
  readonly crew: string;
  readonly status: RunSummary['status'];
  readonly startedAt: unknown;
  readonly summaryRest: string;
}

const SUMMARY = 'n, id, crew, status, started_at AS startedAt, summary_rest AS summaryRest';
const SELECT_RUNS = `SELECT ${SUMMARY} FROM runs`;
const USAGE: Members = ['inputTokens', 'outputTokens', 'calls'];
const REST: Members = ['tasks', 'openHolds', ['usage', USAGE], 'requestedBy', 'endedAt', 'lastSeq', 'error'];

/** What of a summary is no column of its own. */
export function packSummary({ id: _id, crew: _crew, status: _status, startedAt: _at, ...rest }: RunSummary): string {
  return JSON.stringify(packMembers(rest, REST) ?? rest);
}

function toSummary({ id, crew, status, startedAt, summaryRest }: RawSummary): RunSummary {
  const rest = JSON.parse(summaryRest) as object;
  const members = Array.isArray(rest) ? unpackMembers(rest, REST) : rest;
  return { id, crew, status, startedAt: unpackTime(startedAt), ...members } as RunSummary;
}

const RUN = `SELECT ${SUMMARY}, config, seq, lower(hex(hash)) AS hash, at, ${hexOf('fingerprint')} AS fingerprint,
  owner, epoch, wake FROM runs WHERE id = ?`;

interface RawRun extends RawSummary, RawHead, Place {
  readonly fingerprint: string;
  readonly owner: string | null;
  readonly epoch: number;
  readonly wake: number;
}

export function runOf(sql: Sql, runId: RunId): RunRow | null {
  return storedRun(sql, runId)?.run ?? null;
}

/** The run with the place of its other rows. */
export function storedRun(sql: Sql, runId: RunId): { place: Place; run: RunRow } | null {
  const row = sql<RawRun>(RUN).get(runId);
  if (!row) return null;
  const { n, config, fingerprint, owner, epoch, wake } = row;
  const run = { fingerprint, owner, epoch, wake: wake === 1 };
  return { place: { n, config }, run: { summary: toSummary(row), head: toHead(row), ...run } };
}

export function runsBy(sql: Sql, { status, crew, cursor, ...query }: RunQuery): Page<RunSummary> {
  const limit = limitOf(query.limit);
  const part = { below: placeOf('runs', cursor), most: limit + 1 };
  const rows = newestRows<RawSummary>(sql, { table: 'runs', select: SELECT_RUNS }, { status, crew }, part);
  const placed = rows.map((row) => ({ n: row.n, item: toSummary(row) }));
  return pageOf('runs', placed, limit);
}

const NOT_ALIVE = 'owner NOT IN (SELECT value FROM json_each(?))';
const ORPHANS = 'SELECT n, id, crew FROM runs';
// Of a crew the index has those without an owner in the order of arrival, however many wait; those of owners are few.
const OWNERLESS = `${ORPHANS} INDEXED BY runs_awake WHERE wake = 1 AND crew = ${TEXT} AND owner IS NULL
  ORDER BY n LIMIT ${NUMBER}`;
const LEFT_BEHIND = `${ORPHANS} INDEXED BY runs_awake WHERE wake = 1 AND crew = ${TEXT} AND owner IS NOT NULL AND ${NOT_ALIVE}
  ORDER BY n LIMIT ${NUMBER}`;
const AMONG = `${ORPHANS} WHERE id IN (SELECT value FROM json_each(?)) AND +wake = 1 AND (owner IS NULL OR ${NOT_ALIVE}) ORDER BY n`;

export function orphanRuns(sql: Sql, query: OrphanQuery): RunId[] {
  const alive = JSON.stringify(query.alive);
  const found = query.only
    ? sql<Orphan>(AMONG).all(JSON.stringify(query.only), alive)
    : roomByCrew(query).flatMap(([crew, most]) => [
        ...sql<Orphan>(OWNERLESS).all(crew, most),
        ...sql<Orphan>(LEFT_BEHIND).all(crew, alive, most),
      ]);
  return asThereIsRoom(
    found.sort((a, b) => a.n - b.n),
    query,
  );
}

interface Orphan extends Waiting {
  readonly n: number;
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
