/** @import { Setting } from './contestant.js' */

/**
 * Where the bare loop keeps how far a run got.
 *
 * @typedef {{ next: number, output: string, approved?: number }} Progress `next`: the task to do next, from 0; `approved`: the one that a person let pass
 * @typedef {object} Shelf
 * @property {(run: string, progress: Progress) => unknown} put may give a promise
 * @property {(run: string) => Promise<Progress | null>} get
 * @property {() => Promise<void>} close
 */

/** @param {Setting & { synced?: boolean }} setting `synced`: in an SQLite file, each row on the disk before the loop goes on @returns {Promise<Shelf>} */
export function openShelf({ store, database, synced = false }) {
  switch (store) {
    case 'none':
      return inMemory();
    case 'sqlite':
      return synced ? inRows(database) : inFiles(database);
    case 'postgres':
      return inPostgres(database);
  }
}

/** @returns {Promise<Shelf>} */
async function inMemory() {
  /** @type {Map<string, Progress>} */
  const runs = new Map();
  return {
    put: (run, progress) => void runs.set(run, progress),
    get: async (run) => runs.get(run) ?? null,
    close: async () => undefined,
  };
}

/** @param {string} folder @returns {Promise<Shelf>} */
async function inFiles(folder) {
  const { mkdir, readFile, writeFile } = await import('node:fs/promises');
  await mkdir(folder, { recursive: true });
  return {
    put: (run, progress) => writeFile(`${folder}/${run}.json`, JSON.stringify(progress)),
    get: async (run) => JSON.parse(await readFile(`${folder}/${run}.json`, 'utf8')),
    close: async () => undefined,
  };
}

/** @param {string} folder @returns {Promise<Shelf>} */
async function inRows(folder) {
  const [{ mkdir }, { default: Database }] = await Promise.all([import('node:fs/promises'), import('better-sqlite3')]);
  await mkdir(folder, { recursive: true });
  const db = new Database(`${folder}/runs.db`);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, progress TEXT NOT NULL)');
  const put = db.prepare('INSERT INTO runs VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET progress = excluded.progress');
  const get = db.prepare('SELECT progress FROM runs WHERE id = ?').pluck();
  return {
    put: (run, progress) => void put.run(run, JSON.stringify(progress)),
    async get(run) {
      const stored = get.get(run);
      return typeof stored === 'string' ? JSON.parse(stored) : null;
    },
    close: async () => void db.close(),
  };
}

/** @param {string} url @returns {Promise<Shelf>} */
async function inPostgres(url) {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString: url });
  await pool.query('CREATE TABLE IF NOT EXISTS runs (id text PRIMARY KEY, progress jsonb NOT NULL)');
  const put = 'INSERT INTO runs VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET progress = excluded.progress';
  return {
    put: (run, progress) => pool.query({ name: 'put', text: put, values: [run, progress] }),
    async get(run) {
      const { rows } = await pool.query({
        name: 'get',
        text: 'SELECT progress FROM runs WHERE id = $1',
        values: [run],
      });
      return rows[0]?.progress ?? null;
    },
    close: () => pool.end(),
  };
}
