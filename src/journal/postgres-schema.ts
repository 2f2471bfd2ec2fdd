import type pg from 'pg';
import { HoldpointError } from '../errors.ts';
import { invalid } from './postgres-errors.ts';
import { type Query, queryOn } from './postgres-pool.ts';

/** 'HOLD' in ASCII: the lock under which one process at a time migrates. */
const MIGRATION_LOCK = 0x484f4c44;
/** `pg_current_xact_id`, by which the outcome of a commit is asked for. */
const OLDEST_SERVER = 130_000;

/**
 * The first turns an empty database into version 1, the second would turn that into version 2, and so on. Never change one that
 * was released. JSON is kept as text: `jsonb` orders keys, rounds numbers and refuses `\u0000`, and digests would not match any
 * more. `n` is the order of arrival. `decisions` says who decided what and when, the last one first. Ids compare byte by byte, so that every
 * node locks in the same order.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE holdpoint.events (
    run TEXT COLLATE "C" NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, type TEXT NOT NULL, "by" TEXT NOT NULL,
    data TEXT, salt TEXT, data_hash TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  );
  CREATE TABLE holdpoint.payloads (
    n BIGINT GENERATED ALWAYS AS IDENTITY, run TEXT COLLATE "C" NOT NULL, digest TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (run, digest)
  );

  CREATE TABLE holdpoint.runs (
    n BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE, id TEXT COLLATE "C" PRIMARY KEY,
    crew TEXT NOT NULL, status TEXT NOT NULL, started_at TEXT NOT NULL, summary TEXT NOT NULL,
    seq INTEGER NOT NULL, hash TEXT NOT NULL, at TEXT NOT NULL,
    fingerprint TEXT NOT NULL, owner TEXT, epoch INTEGER NOT NULL, wake BOOLEAN NOT NULL
  );
  CREATE INDEX runs_by_status ON holdpoint.runs (status, n);
  CREATE INDEX runs_by_crew ON holdpoint.runs (crew, status, n);
  CREATE INDEX runs_awake ON holdpoint.runs (n) WHERE wake;

  CREATE TABLE holdpoint.holds (
    n BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE, id TEXT COLLATE "C" PRIMARY KEY,
    run TEXT COLLATE "C" NOT NULL, crew TEXT, status TEXT NOT NULL, record TEXT NOT NULL, decisions JSONB,
    next_deadline BIGINT
  );
  CREATE INDEX holds_by_status ON holdpoint.holds (status, n);
  CREATE INDEX holds_by_crew ON holdpoint.holds (crew, status, n);
  CREATE INDEX holds_by_run ON holdpoint.holds (run);
  CREATE INDEX holds_by_deadline ON holdpoint.holds (next_deadline) WHERE next_deadline IS NOT NULL;

  CREATE TABLE holdpoint.requests (key TEXT COLLATE "C" PRIMARY KEY, content TEXT NOT NULL, answer TEXT NOT NULL);
  CREATE TABLE holdpoint.nodes (
    id TEXT PRIMARY KEY, pid INTEGER NOT NULL, host TEXT NOT NULL, url TEXT,
    started_at TEXT NOT NULL, seen_at BIGINT NOT NULL
  );
  CREATE TABLE holdpoint.tokens (
    n BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE, id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE,
    "user" TEXT NOT NULL, roles TEXT NOT NULL, groups TEXT NOT NULL,
    created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT
  );
  `,
  // What servers tell each other and is too long for a notification (`server/hints/`): kept for half a minute, and by nobody's crash.
  `
  CREATE UNLOGGED TABLE holdpoint.socket_io_attachments (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, created_at TIMESTAMPTZ NOT NULL DEFAULT now(), payload BYTEA
  );
  `,
  'ALTER TABLE holdpoint.nodes ADD COLUMN about TEXT',
  // The order in which decisions were made. Written by a trigger, so that nodes of an older version that are still running fill it
  // too. `entry` counts the decisions on a hold from 0, the first one made; `people`: whoever made it.
  `
  CREATE TABLE holdpoint.decisions (
    at TEXT COLLATE "C" NOT NULL, hold TEXT COLLATE "C" NOT NULL REFERENCES holdpoint.holds (id) ON DELETE CASCADE,
    entry INTEGER NOT NULL, verdict TEXT NOT NULL, people TEXT[] NOT NULL, PRIMARY KEY (hold, entry)
  );
  CREATE INDEX decisions_by_time ON holdpoint.decisions (at, hold, entry);

  CREATE FUNCTION holdpoint.list_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO holdpoint.decisions (at, hold, entry, verdict, people)
    SELECT made.value ->> 'at', new.id, jsonb_array_length(new.decisions) - made.place, made.value ->> 'verdict',
      ARRAY(SELECT jsonb_array_elements_text(made.value -> 'by'))
    FROM jsonb_array_elements(new.decisions) WITH ORDINALITY AS made (value, place)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
  CREATE TRIGGER list_decisions AFTER INSERT OR UPDATE OF decisions ON holdpoint.holds
    FOR EACH ROW WHEN (new.decisions IS NOT NULL) EXECUTE FUNCTION holdpoint.list_decisions();
  UPDATE holdpoint.holds SET decisions = decisions WHERE decisions IS NOT NULL;
  `,
];

const SCHEMA_VERSION = MIGRATIONS.length;

/** The version of the database, 0 if nothing of ours is in it.
 *  @throws `DATABASE_INVALID` if its schema `holdpoint` is somebody else's, `DATABASE_NEWER` if a later Holdpoint wrote it */
async function schemaVersionOf(query: Query, database: string): Promise<number> {
  const [found] = await query<{ version: number; encoding: string; versioned: boolean; foreign: boolean }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
     to_regclass('holdpoint.schema_version') IS NOT NULL AS versioned,
     EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace('holdpoint')) AS foreign`,
  );
  checkServer(found, database);
  if (!found?.versioned) {
    if (!found?.foreign) return 0;
    throw invalid(`The schema "holdpoint" of ${database} is of another program. Name another database.`);
  }
  const [row] = await query<{ version: number }>('SELECT version FROM holdpoint.schema_version');
  const version = row?.version ?? 0;
  if (version <= SCHEMA_VERSION) return version;
  throw new HoldpointError(
    'DATABASE_NEWER',
    `The database ${database} has version ${version}; this Holdpoint knows up to ${SCHEMA_VERSION}. Update holdpoint.`,
  );
}

/** For a journal that only reads. @throws `DATABASE_INVALID`, `DATABASE_NEWER` */
export async function checkSchema(query: Query, database: string): Promise<void> {
  const version = await schemaVersionOf(query, database);
  if (version === SCHEMA_VERSION) return;
  throw invalid(
    version === 0
      ? `The database ${database} is empty. \`holdpoint run FILE\` or \`holdpoint serve FILE\` fills it.`
      : `The database ${database} has the older version ${version}. Open it once with \`holdpoint serve FILE\`, which updates it.`,
  );
}

/** Brings the database to `SCHEMA_VERSION`, in one transaction; of several nodes that start at once, one does. */
export async function migrate(client: pg.PoolClient, database: string): Promise<void> {
  const query = queryOn(client);
  if ((await schemaVersionOf(query, database)) === SCHEMA_VERSION) return;
  await query('BEGIN');
  await query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  const version = await schemaVersionOf(query, database);
  if (version === 0) {
    await query('CREATE SCHEMA IF NOT EXISTS holdpoint');
    await query('CREATE TABLE holdpoint.schema_version (version INTEGER NOT NULL)');
    await query('INSERT INTO holdpoint.schema_version VALUES (0)');
  }
  // Without values a text may hold several statements.
  for (const migration of MIGRATIONS.slice(version)) await client.query(migration);
  await query('UPDATE holdpoint.schema_version SET version = $1', [SCHEMA_VERSION]);
  await query('COMMIT');
}

function checkServer(server: { version: number; encoding: string } | undefined, database: string): void {
  if ((server?.version ?? 0) < OLDEST_SERVER) throw invalid(`${database} is older than Postgres 13. Update it.`);
  if (server?.encoding !== 'UTF8') {
    throw invalid(`${database} keeps its text as ${server?.encoding}. Make a database with the encoding UTF8.`);
  }
}
