import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { openDatabase } from '../../src/open-database.ts';
import { createToken as create } from '../../src/server/identity/tokens.ts';
import { buildOnce } from './build-once.ts';
import { CLI_MAIN } from './cli.ts';
import { COMPILE_CACHE } from './compile-cache.ts';

export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly launchUrl: string;
  /** The id of its node. */
  readonly node: string;
  readonly child: ChildProcess;
  /** What it wrote to stderr so far. */
  readonly log: () => string;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and waits: its exit code. */
  stop(): Promise<number | null>;
}

/** The real server in a process of its own, over the command line, as users have it. Whoever starts it ends it. */
export async function serve(
  files: readonly string[],
  given: { database: string; env?: Record<string, string>; args?: string[] },
): Promise<Served> {
  await buildOnce();
  const args = [
    CLI_MAIN,
    'serve',
    ...files,
    '--port',
    '0',
    '--json',
    '--database',
    given.database,
    ...(given.args ?? []),
  ];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, ...given.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (text: Buffer) => {
    log += text.toString();
  });
  const exited = once(child, 'exit');
  const first = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited.then(() => null)]);
  if (!first) throw new Error(`serve ended before it listened:\n${log}`);
  const { url, launchUrl, node } = JSON.parse(String(first[0])) as Pick<Served, 'url' | 'launchUrl' | 'node'>;
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  return {
    url,
    launchUrl,
    node,
    child,
    log: () => log,
    kill: () => end('SIGKILL'),
    stop: async () => {
      await end('SIGTERM');
      return child.exitCode;
    },
    [Symbol.asyncDispose]: () => end('SIGKILL'),
  };
}

/** Runs a command of the command line to its end. */
export async function cli(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await buildOnce();
  const child = spawn(process.execPath, [CLI_MAIN, ...args], {
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => {
    out.stdout += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    out.stderr += text.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...out };
}

/** Written beside a server, as `token create` does it. */
export async function createToken(
  database: string,
  user = 'ana',
  roles: readonly string[] = ['reviewer', 'operator'],
): Promise<string> {
  const journal = await openDatabase(database);
  const { token } = await create(journal, { user, roles }).finally(() => journal.close());
  return token;
}
