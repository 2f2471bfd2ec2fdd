import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./journal-child.ts', import.meta.url));

/** Starts `journal-child.ts`; `maxFileKiB` makes every write beyond that size of a file fail, as a full disk would; `faultPoint`: where it dies. */
export function startJournalChild(
  args: readonly string[],
  { maxFileKiB, faultPoint = '' }: { maxFileKiB?: number; faultPoint?: string } = {},
) {
  const limit = maxFileKiB === undefined ? '' : `ulimit -f ${maxFileKiB * 2}; `;
  const command = ['-c', `${limit}exec "$0" "$@"`, process.execPath, '--no-warnings', SCRIPT, ...args];
  const env = { ...process.env, HOLDPOINT_FAULT_POINT: faultPoint };
  const child = spawn('/bin/sh', command, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const lines: { [key: string]: unknown }[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as (typeof lines)[number]));
  return { child, lines, ended: endOf(child) };
}

async function endOf(child: ChildProcessByStdio<null, Readable, null>): Promise<void> {
  await once(child, 'close');
}
