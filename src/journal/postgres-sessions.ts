import { randomInt } from 'node:crypto';
import type pg from 'pg';
import type { Query } from './postgres-pool.ts';

/** 'HOLD' in ASCII. Locks by two numbers meet none by one. */
const MARKS = 0x484f4c44;

/**
 * Sessions on the server by a mark that each holds as a lock. While the server keeps a session, it may yet carry out what was sent there
 * before the connection broke; once the mark is gone, it will not.
 */
export class Sessions {
  readonly #marks = new WeakMap<pg.ClientBase, number>();

  /** Marks the session of a new connection. */
  async mark(client: pg.ClientBase): Promise<void> {
    const mark = randomInt(2 ** 31);
    await client.query('SELECT pg_advisory_lock($1, $2)', [MARKS, mark]);
    this.#marks.set(client, mark);
  }

  markOf(client: pg.ClientBase): number | null {
    return this.#marks.get(client) ?? null;
  }
}

/** Has the server end the session with this mark. @returns whether it is over, with all that was sent there done or dropped */
export async function endSession(query: Query, mark: number): Promise<boolean> {
  const [row] = await query<{ there: number }>(
    `SELECT count(pg_terminate_backend(pid))::int AS there FROM pg_locks WHERE locktype = 'advisory' AND granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
     AND classid = $1::bigint::oid AND objid = $2::bigint::oid AND objsubid = 2`,
    [MARKS, mark],
  );
  return row?.there === 0;
}
