import { binaryArray, type ElementType } from './postgres-arrays.ts';
import type { Query } from './postgres-pool.ts';
import { keyOf } from './postgres-queries.ts';
import type { Rows } from './postgres-tables.ts';

/** What is acknowledged must be on disk, whatever the server or the user is set to. */
export const DURABLE = `CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END`;
/** In the first statement of each transaction of several: its id, by which its outcome can be asked for should the connection break. */
export const DURABLE_TRANSACTION = `pg_current_xact_id()::text AS id, ${DURABLE}`;

/** Rows of one table: their columns with types, and the statement that takes them from `given`. */
interface Part {
  readonly name: string;
  readonly columns: readonly (readonly [name: string, type: ElementType])[];
  readonly statement: (given: string) => string;
  readonly cells: (rows: Rows) => readonly (readonly unknown[])[];
}

const RUN =
  columnsOf(`id text, crew text, status text, started_at text, summary text, seq int, hash text, at text, fingerprint text,
  owner text, epoch int, wake bool`);

function cellsOfRun({ run }: Pick<Rows['changed'][number], 'run'>): readonly unknown[] {
  const { id, crew, status, startedAt, summary, seq, hash, at, fingerprint, owner, epoch, wake } = run;
  return [id, crew, status, startedAt, summary, seq, hash, at, fingerprint, owner, epoch, wake];
}

/** A run changes only if its row is as it was read, or as its owner takes it to be. In the order of ids, in which all lock rows. */
const CHANGED: Part = {
  name: 'changed',
  columns: [...RUN, ...columnsOf('was_seq int, was_hash text, was_owner text, was_epoch int, was_awake bool')],
  statement: (given) => `UPDATE holdpoint.runs SET crew = given.crew, status = given.status, summary = given.summary,
    seq = given.seq, hash = given.hash, at = given.at, fingerprint = given.fingerprint, owner = given.owner, epoch = given.epoch,
    wake = given.wake FROM ${given} WHERE runs.id = given.id AND runs.seq = was_seq AND runs.hash = was_hash
    AND runs.owner IS NOT DISTINCT FROM was_owner AND runs.epoch = was_epoch AND runs.wake = was_awake RETURNING runs.id`,
  cells: ({ changed }) =>
    changed
      .toSorted((a, b) => (a.run.id < b.run.id ? -1 : 1))
      .map(({ run, before }) => [
        ...[...cellsOfRun({ run }), before?.seq, before?.hash, before?.owner, before?.epoch, before?.wake],
      ]),
};

const ADDED: readonly Part[] = [
  {
    name: 'started',
    columns: RUN,
    statement: (given) =>
      `INSERT INTO holdpoint.runs (${names(RUN)}) SELECT ${names(RUN)} FROM ${given} ORDER BY place`,
    cells: ({ started }) => started.map((run) => cellsOfRun({ run })),
  },
  {
    name: 'events',
    columns: columnsOf(
      `run text, seq int, at text, type text, "by" text, data text, salt text, data_hash text, prev text, hash text`,
    ),
    statement: (given) => `INSERT INTO holdpoint.events (run, seq, at, type, "by", data, salt, data_hash, prev, hash)
      SELECT run, seq, at, type, "by", data, salt, data_hash, prev, hash FROM ${given}`,
    cells: ({ events }) => events,
  },
  {
    name: 'payloads',
    columns: columnsOf('run text, digest text, value text'),
    // Equal digests are equal values: the first is as good as any.
    statement: (given) => `INSERT INTO holdpoint.payloads (run, digest, value)
      SELECT run, digest, value FROM ${given} ORDER BY place ON CONFLICT DO NOTHING`,
    cells: ({ payloads }) => payloads,
  },
  {
    name: 'holds',
    columns: columnsOf('id text, run text, crew text, status text, record text, decisions jsonb, next_deadline bigint'),
    statement: (given) => `INSERT INTO holdpoint.holds (id, run, crew, status, record, decisions, next_deadline)
      SELECT id, run, crew, status, record, decisions, next_deadline FROM ${given} ORDER BY place
      ON CONFLICT (id) DO UPDATE SET crew = excluded.crew, status = excluded.status, record = excluded.record,
      decisions = excluded.decisions, next_deadline = excluded.next_deadline`,
    cells: ({ holds }) =>
      holds.map(({ id, run, crew, status, record, decisions, deadline }) => [
        ...[id, run, crew, status, record, decisions, deadline],
      ]),
  },
  {
    name: 'answers',
    columns: columnsOf('key text, content text, answer text'),
    statement: (given) =>
      `INSERT INTO holdpoint.requests (key, content, answer) SELECT key, content, answer FROM ${given}`,
    cells: ({ answers }) => answers.map((one) => [keyOf(one), one.content, JSON.stringify(one.answer)]),
  },
];

/**
 * Stores all of it with one statement. What is in no row of it is left out, so there are few texts, and each is prepared once.
 * `locked`: the runs were read under their locks, so COMMIT may follow unseen; should one stand otherwise all the same, it fails.
 * @returns the transaction's id; null: a run was not as expected, and what was done must be rolled back
 */
export async function writeRows(query: Query, rows: Rows, { locked = false } = {}): Promise<string | null> {
  const { parts, values } = valuesOf(rows);
  if (parts.length === 0) return '';
  const [row] = await query<{ id: string; fits: boolean }>(textOf(locked ? 'locked' : 'in two trips', parts), values);
  return row?.fits ? row.id : null;
}

/** The same as a transaction of its own. @throws a fault of a write (SQL state 22P02) where a run was not as expected: nothing is stored */
export async function commitRows(query: Query, rows: Rows): Promise<void> {
  const { parts, values } = valuesOf(rows);
  await query(textOf('in one trip', parts), values);
}

const PARTS = [CHANGED, ...ADDED];

/** The parts that have rows, and their columns one after the other. */
function valuesOf(rows: Rows): { parts: readonly Part[]; values: unknown[] } {
  const values: unknown[] = [];
  const parts = PARTS.filter((part) => {
    const cells = part.cells(rows);
    if (cells.length === 0) return false;
    for (const [column, [, type]] of part.columns.entries())
      values.push(
        binaryArray(
          type,
          cells.map((row) => row[column]),
        ),
      );
    return true;
  });
  return { parts, values };
}

type Way = 'locked' | 'in two trips' | 'in one trip';

const ENDINGS: Readonly<Record<Way, (fits: string) => string>> = {
  locked: (fits) => `SELECT ${DURABLE_TRANSACTION}, 1 / (${fits})::int = 1 AS fits`,
  'in two trips': (fits) => `SELECT ${DURABLE_TRANSACTION}, ${fits} AS fits`,
  // The server writes the word into its log.
  'in one trip': (fits) =>
    `SELECT ${DURABLE}, (CASE WHEN ${fits} THEN '1' ELSE 'a run is not as its owner left it, so it is looked at again' END)::int`,
};

/** Made once each: there is one for each way and choice of parts. */
const texts = new Map<string, string>();

function textOf(way: Way, parts: readonly Part[]): string {
  const key = [way, ...parts.map(({ name }) => name)].join();
  const known = texts.get(key);
  if (known !== undefined) return known;
  let last = 0;
  const written = parts.map(({ name, columns, statement }) => {
    const arrays = columns.map(([column, type]) => ({ column, array: `$${++last}::${type}[]` }));
    // Side by side in the list of what is selected, they are read as they stand; in FROM, the server would first copy each of them.
    const cells = arrays.map(({ column, array }) => `unnest(${array}) AS ${column}`);
    const place = `generate_subscripts(${arrays[0]?.array}, 1) AS place`;
    return `${name} AS (${statement(`(SELECT ${cells.join(', ')}, ${place}) AS given`)})`;
  });
  // The ids of the runs that change are the first parameter.
  const fits = parts.includes(CHANGED) ? '(SELECT count(*) FROM changed) = cardinality($1)' : 'true';
  const text = `WITH ${written.join(', ')} ${ENDINGS[way](fits)}`;
  texts.set(key, text);
  return text;
}

function columnsOf(list: string): [string, ElementType][] {
  return list.split(',').map((column) => column.trim().split(' ') as [string, ElementType]);
}

function names(columns: Part['columns']): string {
  return columns.map(([name]) => name).join(', ');
}
