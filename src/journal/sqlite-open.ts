import { existsSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { invalid, isBusy, openFailure } from './sqlite-errors.ts';
import { migrate, SCHEMA_VERSION, schemaVersionOf } from './sqlite-schema.ts';

export const BUSY_RETRY_MS = 20;
/** Pages (of 4 KB) of the log before they are moved into the file: the log stays about this large, and whoever commits then waits for it. */
const LOG_PAGES = 500;
/** What a connection keeps of the file in memory, in KB, where the driver's default is 16 MB: the system's own cache has the rest. */
const CACHE_KB = 4_000;

/** A connection that reads and writes. Creates folder (0700) and file (0600) where they are missing, and migrates. Like one that reads, it
 *  never waits for a lock by itself, since that would stop the event loop: whoever uses it tries again later. */
export async function openToWrite(path: string, busyTimeoutMs: number): Promise<Database.Database> {
  try {
    await createFile(path);
    const db = new Database(path, { timeout: 0 });
    try {
      await whileBusy(busyTimeoutMs, () => prepareFile(db));
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw openFailure(error, path);
  }
}

/** A connection that reads, beside any number of others. Creates and migrates nothing. */
export async function openToRead(path: string, busyTimeoutMs: number): Promise<Database.Database> {
  if (!existsSync(path)) {
    throw invalid(`There is no database at ${path}. \`holdpoint run FILE\` or \`holdpoint serve FILE\` creates one.`);
  }
  try {
    const db = new Database(path, { readonly: true, timeout: 0 });
    try {
      const version = await whileBusy(busyTimeoutMs, () => schemaVersionOf(db));
      db.pragma(`cache_size = -${CACHE_KB}`);
      if (version === SCHEMA_VERSION) return db;
      throw invalid(
        version === 0
          ? `The database ${path} is empty. \`holdpoint run FILE\` or \`holdpoint serve FILE\` fills it.`
          : `The database ${path} has the older version ${version}. Open it once with \`holdpoint serve FILE\`, which updates it.`,
      );
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw openFailure(error, path);
  }
}

async function createFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if (existsSync(path)) return;
  // SQLite gives its side files the mode of the database file.
  const file = await open(path, 'a', 0o600);
  await file.close();
}

function prepareFile(db: Database.Database): void {
  // First of all, so that a foreign database is left exactly as it is.
  const version = schemaVersionOf(db);
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') {
    throw invalid(`${db.name} lies on a file system without shared memory (WAL). Put it on a local disk.`);
  }
  db.pragma('synchronous = FULL');
  // From the first write on: pages that are split or moved otherwise keep copies of what is erased later.
  db.pragma('secure_delete = ON');
  db.pragma(`wal_autocheckpoint = ${LOG_PAGES}`);
  db.pragma(`cache_size = -${CACHE_KB}`);
  if (version < SCHEMA_VERSION) migrate(db);
}

async function whileBusy<T>(timeoutMs: number, attempt: () => T): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error;
      await sleep(BUSY_RETRY_MS);
    }
  }
}
