import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Child {
  readonly process: ChildProcess;
  /** Its first line of JSON. Rejects if it ends without one. */
  readonly first: Promise<Record<string, unknown>>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** Waits until it has ended by itself; after `timeoutMs` it is killed. */
  ended(timeoutMs: number): Promise<void>;
}

const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** Starts a program of this Node. What it writes to stderr goes to the file `errors`. It is killed when this process ends. */
export function startChild(args: readonly string[], given: { errors: string; env?: Record<string, string> }): Child {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...given.env },
    stdio: ['pipe', 'pipe', openSync(given.errors, 'a')],
  });
  living.add(child);
  const exited = once(child, 'exit').then(() => {
    living.delete(child);
  });
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return {
    process: child,
    first: firstJson(child, args),
    kill,
    async ended(timeoutMs) {
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

function firstJson(child: ChildProcess, args: readonly string[]): Promise<Record<string, unknown>> {
  const found = Promise.withResolvers<Record<string, unknown>>();
  if (!child.stdout) throw new Error('A child is started with a pipe.');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) found.resolve(JSON.parse(line) as Record<string, unknown>);
  });
  child.on('close', () => found.reject(new Error(`${args.join(' ')} ended without a result.`)));
  // One that is killed before anybody asks is no failure.
  found.promise.catch(() => undefined);
  return found.promise;
}
