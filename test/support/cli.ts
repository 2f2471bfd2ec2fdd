import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOnce, ROOT } from './build-once.ts';
import { COMPILE_CACHE } from './compile-cache.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** As it is shipped; it starts sooner than the sources do. Whoever runs it has called `buildOnce`. */
export const CLI_MAIN = join(ROOT, 'bin', 'holdpoint.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly said: { stdout: string; stderr: string };
  /** Resolves with the first match; rejects if the process ends before. */
  waitFor(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<Ended>;
}

type Env = Readonly<Record<string, string>>;

/** A folder of its own in which the real command line runs, without this machine's settings. */
export interface CliFolder extends AsyncDisposable {
  readonly path: string;
  write(file: string, text: string): Promise<void>;
  run(args: readonly string[], env?: Env): Promise<Ended>;
  /** The same, and each line of stdout parsed: it must carry nothing but JSON. */
  json(args: readonly string[], env?: Env): Promise<{ code: number | null; stderr: string; lines: unknown[] }>;
  start(args: readonly string[], env?: Env): Started;
  /** Another one with what is in this one now: what many tests begin with is made once. Nothing may run in this one meanwhile. */
  copy(): Promise<CliFolder>;
}

export async function cliFolder(files: Readonly<Record<string, string>> = {}): Promise<CliFolder> {
  await buildOnce();
  const { path, remove } = await temporaryFolder();
  const running = new Set<ChildProcess>();
  const write = (file: string, text: string) => writeFile(join(path, file), text);
  for (const [file, text] of Object.entries(files)) await write(file, text);
  const start = (args: readonly string[], env: Env = {}): Started => {
    const child = spawn(process.execPath, [CLI_MAIN, ...args], {
      cwd: path,
      env: { PATH: process.env.PATH ?? '', HOME: path, NO_COLOR: '1', NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return follow(child);
  };
  return {
    path,
    write,
    start,
    run: (args, env) => start(args, env).ended,
    copy: async () => {
      const copied = await cliFolder();
      await cp(path, copied.path, { recursive: true });
      return copied;
    },
    json: async (args, env) => {
      const { code, stdout, stderr } = await start([...args, '--json'], env).ended;
      const lines = stdout === '' ? [] : stdout.trimEnd().split('\n');
      return { code, stderr, lines: lines.map((line) => JSON.parse(line)) };
    },
    async [Symbol.asyncDispose]() {
      for (const child of running) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await remove();
    },
  };
}

function follow(child: ChildProcess): Started {
  const said = { stdout: '', stderr: '' };
  const heard = new EventTarget();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
      heard.dispatchEvent(new Event('text'));
    });
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  const waitFor = async (stream: 'stdout' | 'stderr', pattern: RegExp) => {
    let over = false;
    void ended.then(() => {
      over = true;
      heard.dispatchEvent(new Event('text'));
    });
    for (;;) {
      const match = pattern.exec(said[stream]);
      if (match) return match;
      if (over) throw new Error(`It ended without saying ${pattern}:\n${said.stdout}\n${said.stderr}`);
      await once(heard, 'text');
    }
  };
  return { child, said, waitFor, ended };
}
