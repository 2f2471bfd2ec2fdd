import { HoldStatus } from '../hooks/hold.ts';
import { RunStatus } from '../hooks/run-summary.ts';
import type { Counted } from './journal.ts';
import { NUMBER, type Sql, TEXT } from './sqlite-statements.ts';

/**
 * The newest rows of `runs` and `holds`. Each has one index for what lists ask for, by crew and status: a second, by status alone,
 * would be two pages more to write with each change of status. So what is asked for of one of the two is read of each value that the
 * other has, and merged.
 */

interface Wanted {
  readonly status: string | undefined;
  /** Null: of no crew. */
  readonly crew: string | null | undefined;
  /** All of them are few. */
  readonly run_n?: number | undefined;
}

interface Part {
  /** The place after which to go on. */
  readonly below: number;
  readonly most: number;
}

const STATUSES: Readonly<Record<Table, readonly string[]>> = { runs: RunStatus.options, holds: HoldStatus.options };
type Table = 'runs' | 'holds';

/** @param select without conditions */
export function newestRows<Row extends { readonly n: number }>(
  sql: Sql,
  from: { readonly table: Table; readonly select: string },
  wanted: Wanted,
  part: Part,
): Row[] {
  const lists = listsOf(sql, from.table, wanted).map((one) => newestOfOne<Row>(sql, from.select, one, part));
  if (lists.length === 1) return lists.flat();
  return lists
    .flat()
    .sort((a, b) => b.n - a.n)
    .slice(0, part.most);
}

/** How many rows have a status. */
export function countRows(sql: Sql, { list, status }: Counted): number {
  const counted = listsOf(sql, list, { status, crew: undefined }).map(({ crew }) =>
    sql<{ n: number }>(`SELECT count(*) AS n FROM ${list} WHERE status = ${TEXT} AND crew IS ${TEXT}`).get(
      status,
      crew,
    ),
  );
  return counted.reduce((sum, row) => sum + (row?.n ?? 0), 0);
}

/** Lists that an index has in their order. */
function listsOf(sql: Sql, table: Table, wanted: Wanted): readonly Wanted[] {
  const { status, crew, run_n: run } = wanted;
  if (run !== undefined || (status === undefined) === (crew === undefined)) return [wanted];
  if (status === undefined) return STATUSES[table].map((one) => ({ crew, status: one }));
  const crews: (string | null)[] = crewsIn(sql, table);
  return (table === 'holds' ? [null, ...crews] : crews).map((one) => ({ crew: one, status }));
}

function newestOfOne<Row>(
  sql: Sql,
  select: string,
  { status, crew, run_n: run }: Wanted,
  { below, most }: Part,
): Row[] {
  const where = { [`status = ${TEXT}`]: status, [`crew IS ${TEXT}`]: crew, [`run_n = ${NUMBER}`]: run };
  const filters = Object.entries(where).filter(([, value]) => value !== undefined);
  return sql<Row>(
    `${select} WHERE ${filters.map(([condition]) => `${condition} AND `).join('')}n < ${NUMBER} ORDER BY n DESC LIMIT ${NUMBER}`,
  ).all(...filters.map(([, value]) => value), below, most);
}

/** The crews that have rows: a step of the index for each, however many rows there are. */
function crewsIn(sql: Sql, table: Table): string[] {
  return sql<{ crew: string }>(
    `WITH RECURSIVE found (crew) AS (
       SELECT min(crew) FROM ${table}
       UNION ALL SELECT (SELECT min(t.crew) FROM ${table} t WHERE t.crew > found.crew) FROM found WHERE found.crew IS NOT NULL
     ) SELECT crew FROM found WHERE crew IS NOT NULL`,
  )
    .all()
    .map(({ crew }) => crew);
}
