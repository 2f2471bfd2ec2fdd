import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What `npx holdpoint …` runs. */
const program = fileURLToPath(new URL('../bin/holdpoint.js', import.meta.url));

/** Runs a command to its end and gives what it printed; rejects where its exit code is not 0. */
export async function holdpoint(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args]);
  return stdout;
}

/** Starts `holdpoint serve` on a free port, and gives its address once it listens. */
export async function serve(...args: string[]): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = spawn(process.execPath, [program, 'serve', ...args, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
  };
  for await (const line of createInterface({ input: server.stdout })) {
    return { url: (JSON.parse(line) as { url: string }).url, stop };
  }
  throw new Error('The server ended before it listened.');
}
