import { hash } from 'node:crypto';
import pg from 'pg';
import { invalid } from './postgres-errors.ts';
import { Sessions } from './postgres-sessions.ts';

export interface PostgresPoolOptions {
  /** `postgres://user:password@host:port/database`, with the parameters that libpq knows (`sslmode`, …). */
  readonly url: string;
  /** Connections at most, of which two write, so that no crowd of readers stands before them. At least 3. Default 6. */
  readonly poolSize?: number | undefined;
  /** How long to wait for a connection, in milliseconds. Default 5 000. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long a statement may take, waiting for locks included, in milliseconds. Default 10 000. A server that does not answer
   *  at all for a second longer is given up. */
  readonly statementTimeoutMs?: number | undefined;
}

/** A statement that takes its values as `$1`, `$2`, …; `Row` is what our own schema makes of it. `prepared`: the server keeps it
 *  for the next time, so a text of which there are few, and that finds rows by their keys. */
export type Query = <Row extends object>(
  text: string,
  values?: readonly unknown[],
  options?: { readonly prepared?: boolean },
) => Promise<Row[]>;

const SILENCE_MS = 1_000;
const KEEP_ALIVE_MS = 10_000;

const WRITING = 2;

export interface Pools {
  readonly reading: pg.Pool;
  /** Single statements, which commit by themselves. */
  readonly writing: pg.Pool;
  /** The transactions of the journal, one at a time. */
  readonly committing: pg.Pool;
  /** Those of `committing`. */
  readonly sessions: Sessions;
}

/** Whoever keeps a plan keeps it while its table grows, so it must be one for a large table from the start: by the keys. (Where that
 *  is no way, the cost that the server then reckons with would have it compile the statement.) */
const BY_KEYS = "SELECT set_config('enable_seqscan', 'off', false), set_config('jit', 'off', false)";
/** The plan is made once, and not for each length of an array; so it is one in which each row that changes is found by its key. */
const ONE_PLAN = `${BY_KEYS}, set_config('plan_cache_mode', 'force_generic_plan', false),
  set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false)`;

export function openPools({ poolSize = 6, ...options }: PostgresPoolOptions): Pools {
  const sessions = new Sessions();
  const begin = (client: pg.ClientBase) => Promise.all([client.query(ONE_PLAN), sessions.mark(client)]);
  return {
    sessions,
    reading: openPool(options, { max: Math.max(1, poolSize - WRITING), onConnect: (client) => client.query(BY_KEYS) }),
    writing: openPool(options, { max: 1 }),
    // Statements are sent without waiting for the answer to the one before.
    committing: openPool(options, { max: 1, pipeline: true, onConnect: begin }),
  };
}

function openPool(options: PostgresPoolOptions, more: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ ...settingsOf(options), ...more });
  // A connection that breaks says so to whoever uses it; one in use by nobody is replaced when it is needed.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Connections that never wait for ever: for a connection, a lock, an answer, or a network that went silent. */
export function settingsOf({ url, connectTimeoutMs = 5_000, statementTimeoutMs = 10_000 }: PostgresPoolOptions) {
  return {
    connectionString: url,
    application_name: 'holdpoint',
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // Ends what a node that froze left open, so that its locks stop nobody else.
    idle_in_transaction_session_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + SILENCE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  };
}

export function queryOn(client: pg.Pool | pg.PoolClient): Query {
  return async <Row extends object>(text: string, values: readonly unknown[] = [], { prepared = false } = {}) => {
    const { rows } = await client.query<Row>({ text, values: [...values], ...(prepared && { name: nameOf(text) }) });
    return rows;
  };
}

/** The same, of which each is prepared. */
export function preparedOn(client: pg.PoolClient): Query {
  const query = queryOn(client);
  return (text, values) => query(text, values, { prepared: true });
}

const statementNames = new Map<string, string>();

/** By which a connection knows that it has prepared this text before. */
function nameOf(text: string): string {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = `holdpoint ${hash('sha256', text).slice(0, 32)}`;
    statementNames.set(text, name);
  }
  return name;
}

/** The database as messages name it: never with the password.
 *  @throws `DATABASE_INVALID` for an address that is none */
export function nameOfDatabase(url: string): string {
  try {
    const { host, pathname, username } = new URL(url);
    return `postgres://${username ? `${username}@` : ''}${host}${pathname}`;
  } catch (cause) {
    throw invalid('Not an address of a database. Write `postgres://user:password@host:5432/database`.', cause);
  }
}
