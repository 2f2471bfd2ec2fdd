import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestPostgres, testPostgres } from '../../test/support/postgres.ts';
import type { Store } from '../contestants/contestant.js';

/** A new, empty place for one contestant's state. */
export interface Place {
  readonly database: string;
  /** Bytes on the disk: blocks of the files (with SQLite's log, as it is then), or growth of the database (without its log). */
  bytes(): Promise<number>;
  drop(): Promise<void>;
}

export class Places {
  readonly #folder: string;
  #postgres: TestPostgres | null = null;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async make(store: Store): Promise<Place> {
    return store === 'postgres' ? this.#inPostgres() : this.#inFolder();
  }

  #inFolder(): Place {
    const database = join(this.#folder, `place${++this.#count}`);
    return {
      database,
      bytes: async () => sizeOf(database),
      drop: async () => rmSync(database, { recursive: true, force: true }),
    };
  }

  async #inPostgres(): Promise<Place> {
    // As in production: a commit is answered when it is on the disk.
    this.#postgres ??= await testPostgres({ fsync: true, own: true });
    const { url, query, drop } = await this.#postgres.database();
    const size = async () => {
      await query('CHECKPOINT');
      const [row] = await query('SELECT pg_database_size(current_database())::bigint AS bytes');
      return Number(row?.bytes);
    };
    const empty = await size();
    return { database: url, bytes: async () => (await size()) - empty, drop };
  }

  async close(): Promise<void> {
    await this.#postgres?.[Symbol.asyncDispose]();
  }
}

function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).blocks * 512, 0);
}
