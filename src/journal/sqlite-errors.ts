import Database from 'better-sqlite3';
import { HoldpointError, messageOf } from '../errors.ts';

type SqliteError = InstanceType<typeof Database.SqliteError>;

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Database.SqliteError;
}

/** Another connection holds the lock; the same call may succeed later. */
export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}

/** A row that contradicts another: the fault of one write, not of the store. */
export function isConstraint(error: unknown): error is SqliteError {
  return isSqliteError(error) && error.code.startsWith('SQLITE_CONSTRAINT');
}

/** The store itself failed, so nothing of the transaction can be kept. */
export function isStoreFailure(error: unknown): error is SqliteError {
  return isSqliteError(error) && !isConstraint(error);
}

const CAUSES: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^SQLITE_FULL/, 'the disk is full. Free some space and try again'],
  [/^SQLITE_(BUSY|LOCKED)/, 'another process kept it locked. Try again, or stop that process'],
  [/^SQLITE_READONLY/, 'it may not be written. Check the permissions of the file and its folder'],
  [
    /^SQLITE_(IOERR|CANTOPEN|PERM)/,
    'reading or writing the file failed. Check the disk, its space and the permissions',
  ],
];

/** What became of a write that the store refused. Never a guess: the transaction was rolled back. */
export function writeFailure(error: unknown, path: string): HoldpointError {
  if (isDamage(error)) return damaged(error, path);
  return new HoldpointError(
    'UNAVAILABLE',
    `The database ${path} cannot be written: ${causeOf(error)}. Nothing was recorded.`,
    {
      cause: error,
    },
  );
}

/** An error of a read as it leaves the adapter; what SQLite did not raise stays as it is. */
export function readFailure(error: unknown, path: string): unknown {
  if (isDamage(error)) return damaged(error, path);
  if (!isSqliteError(error)) return error;
  return new HoldpointError('UNAVAILABLE', `The database ${path} cannot be read: ${causeOf(error)}.`, { cause: error });
}

/** An error of opening: the wrong file, or one that this process may not use. */
export function openFailure(error: unknown, path: string): unknown {
  if (error instanceof HoldpointError) return error;
  if (isBusy(error) || (isSqliteError(error) && /^SQLITE_(FULL|IOERR)/.test(error.code)))
    return writeFailure(error, path);
  if (isSqliteError(error) && error.code === 'SQLITE_NOTADB') {
    return invalid(`${path} is not a SQLite database. Name another file, or move this one away.`, error);
  }
  if (isDamage(error)) return damaged(error, path);
  return invalid(
    `The database ${path} cannot be opened (${messageOf(error)}). Check the path and its permissions.`,
    error,
  );
}

export function invalid(message: string, cause?: unknown): HoldpointError {
  return new HoldpointError('DATABASE_INVALID', message, { cause });
}

function isDamage(error: unknown): boolean {
  return isSqliteError(error) && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}

function damaged(error: unknown, path: string): HoldpointError {
  return invalid(
    `The database ${path} is damaged (${messageOf(error)}). Restore it from a backup or an export.`,
    error,
  );
}

function causeOf(error: unknown): string {
  const code = isSqliteError(error) ? error.code : '';
  return CAUSES.find(([pattern]) => pattern.test(code))?.[1] ?? `${messageOf(error)}. Check the file and its folder`;
}
