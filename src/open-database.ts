import { HoldpointError } from './errors.ts';
import type { Journal } from './journal/journal.ts';
import { isHalfMoved } from './journal/move.ts';
import { openSqliteJournal } from './journal/sqlite-journal.ts';

export const DEFAULT_DATABASE = 'file:.holdpoint/holdpoint.db';

/**
 * Opens the journal that a database address names: `file:PATH` (or a plain path) is an SQLite file, made if it is missing;
 * `postgres://user:password@host:port/database` a database on a server, for more than one node.
 * @throws {HoldpointError} `DATABASE_INVALID` for an address, a file or a database that is none, or that holds half of another;
 *   `UNAVAILABLE` for a server that is away.
 */
export async function openDatabase(address: string, options: { readonly?: boolean } = {}): Promise<Journal> {
  const journal = await openWhatever(address, options);
  try {
    if (await isHalfMoved(journal)) throw halfMoved(address);
    return journal;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

async function openWhatever(address: string, options: { readonly?: boolean }): Promise<Journal> {
  if (isOnServer(address)) {
    // Who keeps a file needs no driver for servers.
    const { openPostgresJournal } = await import('./journal/postgres-journal.ts');
    return openPostgresJournal({ url: address, ...options });
  }
  const path = address.replace(/^(file|sqlite):/, '');
  if (path === '' || /^[a-z]+:\/\//i.test(address)) {
    throw new HoldpointError(
      'DATABASE_INVALID',
      `Not a database: ${JSON.stringify(withoutPassword(address))}. Give a file, such as ${DEFAULT_DATABASE}, or postgres://….`,
    );
  }
  return openSqliteJournal({ path, ...options });
}

function halfMoved(address: string): HoldpointError {
  const empty = isOnServer(address) ? 'Empty it (DROP SCHEMA holdpoint CASCADE)' : 'Remove its file';
  return new HoldpointError(
    'DATABASE_INVALID',
    `The database ${withoutPassword(address)} holds a part of another: a move into it is under way, or was interrupted. ` +
      `${empty} and move again; the source is as it was.`,
  );
}

/** Whether a database address names one that many machines may share. */
export function isOnServer(address: string): boolean {
  return /^postgres(ql)?:/.test(address);
}

/** A database address as messages and commands show it. */
export function withoutPassword(address: string): string {
  return address.replace(/^([a-z]+:\/\/[^/:@]*):[^/]*@/i, '$1@');
}
