import { HoldpointError } from './errors.ts';
import type { Journal } from './journal/journal.ts';
import { openSqliteJournal } from './journal/sqlite-journal.ts';

export const DEFAULT_DATABASE = 'file:.holdpoint/holdpoint.db';

/**
 * Opens the journal that a database address names: `file:PATH` (or a plain path) is an SQLite file, made if it is missing.
 * @throws {HoldpointError} `DATABASE_INVALID` for an address or a file that is none.
 */
export async function openDatabase(address: string, options: { readonly?: boolean } = {}): Promise<Journal> {
  if (/^postgres(ql)?:/.test(address)) {
    throw new HoldpointError(
      'DATABASE_INVALID',
      'This version keeps its journal in SQLite. Give a file: `--database file:.holdpoint/holdpoint.db`.',
    );
  }
  const path = address.replace(/^(file|sqlite):/, '');
  if (path === '' || /^[a-z]+:\/\//i.test(address)) {
    throw new HoldpointError(
      'DATABASE_INVALID',
      `Not a database: ${JSON.stringify(address)}. Give a file, such as ${DEFAULT_DATABASE}.`,
    );
  }
  return openSqliteJournal({ path, ...options });
}
