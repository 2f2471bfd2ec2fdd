import pg from 'pg';
import { HoldpointError, messageOf } from '../errors.ts';

/** What the server said; anything else that the driver throws is a connection that broke, or never was. */
export function sqlStateOf(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}

/** The fault of one write (a value that no column takes, a row that contradicts another), not of the store. */
export function isFaultOfOneWrite(error: unknown): boolean {
  return /^2[23]/.test(sqlStateOf(error) ?? '');
}

/** Two transactions that give a job to a node in each other's way. */
export class JobCollision extends Error {
  constructor(cause: unknown) {
    super('a job was given out meanwhile', { cause });
  }
}

/** Two transactions in each other's way: the same again may succeed at once. Of two that make the same row, one finds it then. */
export function isCollision(error: unknown): boolean {
  return error instanceof JobCollision || /^(40001|40P01|23505)$/.test(sqlStateOf(error) ?? '');
}

/** What a pooler between answers, which cannot do what is asked of it. Its documentation and PgBouncer 1.18 as it was tried. */
const POOLERS: readonly (readonly [state: RegExp, text: RegExp, what: string])[] = [
  [
    /^08P01/,
    /startup parameter/,
    'is behind a pooler that refuses how its connections begin. In PgBouncer, set `ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout`',
  ],
  [
    /^(42P05|26000)/,
    /prepared statement/,
    'is behind a pooler in transaction mode, which breaks prepared statements and `LISTEN`. Use session mode, or its own address',
  ],
];

const CAUSES: readonly (readonly [state: RegExp, what: string])[] = [
  [/^53100/, 'its disk is full. Free some space and try again'],
  [/^53300/, 'it has no connection left. Raise its `max_connections`, or lower the number of nodes'],
  [/^57014|^55P03|^25P0[34]/, 'it took too long, or a lock was held elsewhere. Try again'],
  [/^57P|^08/, 'it is shutting down or starting. Try again'],
  [/^25006/, 'it only reads (a standby?). Give the address of the primary'],
];

/** SQL states with which a database cannot be used at all, however often it is tried. */
const UNUSABLE = /^(28|3D|3F|42|0A|26)/;
const DAMAGED = /^XX00[12]/;

/** What became of a write that the store refused, of which nothing is there. */
export function writeFailure(error: unknown, database: string): HoldpointError {
  if (error instanceof HoldpointError) return error;
  if (isDamage(error)) return damaged(error, database);
  const pooler = poolerProblem(error, database);
  if (pooler) return pooler;
  if (isFaultOfOneWrite(error)) {
    const message = `The database refused a row (${messageOf(error)}). Nothing of it was recorded.`;
    return new HoldpointError('INTERNAL', message, { cause: error });
  }
  return unavailable(`cannot be written: ${causeOf(error)}. Nothing was recorded.`, error, database);
}

export function readFailure(error: unknown, database: string): HoldpointError {
  if (error instanceof HoldpointError) return error;
  if (isDamage(error)) return damaged(error, database);
  const pooler = poolerProblem(error, database);
  if (pooler) return pooler;
  // The only values that a read hands over are those it was asked for; no text with a NUL is in any column.
  if (/^22/.test(sqlStateOf(error) ?? '')) {
    const message = `The database cannot look for that (${messageOf(error)}). Check the ids and filters.`;
    return new HoldpointError('BAD_REQUEST', message, { cause: error });
  }
  return unavailable(`cannot be read: ${causeOf(error)}.`, error, database);
}

/** An error of opening: nobody there, or a database that this process may not use. */
export function openFailure(error: unknown, database: string): HoldpointError {
  if (error instanceof HoldpointError) return error;
  if (isDamage(error)) return damaged(error, database);
  const pooler = poolerProblem(error, database);
  if (pooler) return pooler;
  if (UNUSABLE.test(sqlStateOf(error) ?? '')) {
    const message = `The database ${database} cannot be used (${messageOf(error)}). Check its address, the user and their rights.`;
    return invalid(message, error);
  }
  return unavailable(`cannot be opened: ${causeOf(error)}.`, error, database);
}

export function invalid(message: string, cause?: unknown): HoldpointError {
  return new HoldpointError('DATABASE_INVALID', message, { cause });
}

export function closed(): HoldpointError {
  return new HoldpointError('UNAVAILABLE', 'The journal is closed. Nothing was recorded; open it again.');
}

/** Where a connection broke while it committed, and nobody could be asked until the journal was closed. */
export function unknownOutcome(database: string, cause: unknown): HoldpointError {
  const message = `The connection to ${database} broke while it committed, so it is not known whether it did. Read the run before you try again.`;
  return new HoldpointError('UNAVAILABLE', message, { cause });
}

function unavailable(what: string, cause: unknown, database: string): HoldpointError {
  return new HoldpointError('UNAVAILABLE', `The database ${database} ${what}`, { cause });
}

function poolerProblem(error: unknown, database: string): HoldpointError | null {
  const found = POOLERS.find(([state, text]) => state.test(sqlStateOf(error) ?? '') && text.test(messageOf(error)));
  return found ? invalid(`The database ${database} ${found[2]} (${messageOf(error)}).`, error) : null;
}

function isDamage(error: unknown): boolean {
  return DAMAGED.test(sqlStateOf(error) ?? '');
}

function damaged(error: unknown, database: string): HoldpointError {
  return invalid(
    `The database ${database} is damaged (${messageOf(error)}). Restore it from a backup or an export.`,
    error,
  );
}

function causeOf(error: unknown): string {
  const state = sqlStateOf(error);
  if (state === null) return `no connection (${connectionMessage(error)}). Check that it runs and can be reached`;
  return CAUSES.find(([pattern]) => pattern.test(state))?.[1] ?? `${messageOf(error)} (${state})`;
}

/** A host with several addresses fails with one error for each, and a message of none. */
function connectionMessage(error: unknown): string {
  const [first] = error instanceof AggregateError ? error.errors : [error];
  return messageOf(first);
}
