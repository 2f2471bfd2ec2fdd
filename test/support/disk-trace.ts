import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./journal-child.ts', import.meta.url));

/** Why disk calls cannot be watched or made to fail here; null: they can. */
export const NO_STRACE: string | null =
  spawnSync('strace', ['-f', '--seccomp-bpf', '-o', '/dev/null', 'true']).status === 0
    ? null
    : 'strace is not installed, or may not trace';

/** What a process asked of the disk and told the world, in order. */
export type DiskOperation =
  | { readonly type: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly type: 'truncate'; readonly file: string; readonly length: number }
  | { readonly type: 'sync'; readonly file: string }
  /** Kept once its folder is synced. */
  | { readonly type: 'unlink'; readonly file: string }
  | { readonly type: 'told'; readonly text: string };

/** Runs `journal-child.ts` under strace until it has said so many lines (then SIGKILL), or ends by itself. */
export async function traceJournalChild(
  args: readonly string[],
  given: { folder: string; lines: number; inject?: string },
): Promise<{ lines: { [key: string]: unknown }[]; trace: string }> {
  const trace = `${given.folder}/trace.txt`;
  const inject = given.inject ? ['-e', `inject=${given.inject}`] : [];
  const calls = 'trace=pwrite64,write,fdatasync,fsync,ftruncate,unlink';
  const strace = ['-f', '--seccomp-bpf', '-y', '-xx', '-s', '16384', '-e', calls, ...inject, '-o', trace];
  const child = spawn('strace', [...strace, process.execPath, '--no-warnings', CHILD, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
    if (text.split('\n').length > given.lines && child.pid) process.kill(-child.pid, 'SIGKILL');
  });
  await once(child, 'close');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).trim();
  return {
    lines: whole === '' ? [] : whole.split('\n').map((line) => JSON.parse(line) as { [key: string]: unknown }),
    trace,
  };
}

const CALL = /^(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+)/;
const UNFINISHED = /^(\d+)\s+(.*) <unfinished \.\.\.>$/;
const RESUMED = /^(\d+)\s+<\.\.\. \w+ resumed>(.*)$/;

/** The calls of a trace on files of `folder` and on standard output, of which only those that succeeded. */
export async function diskOperations(trace: string, folder: string): Promise<DiskOperation[]> {
  const begun = new Map<string, string>();
  const operations: DiskOperation[] = [];
  for (const line of (await readFile(trace, 'latin1')).split('\n')) {
    const unfinished = UNFINISHED.exec(line);
    if (unfinished) begun.set(unfinished[1] ?? '', unfinished[2] ?? '');
    const resumed = RESUMED.exec(line);
    const whole = resumed ? `${resumed[1]} ${begun.get(resumed[1] ?? '')}${resumed[2]}` : line;
    const operation = unfinished ? null : operationOf(CALL.exec(whole), folder);
    if (operation) operations.push(operation);
  }
  return operations;
}

function operationOf(call: RegExpExecArray | null, folder: string): DiskOperation | null {
  if (!call || Number(call[4]) < 0) return null;
  const [, , name = '', rest = ''] = call;
  if (name === 'unlink') {
    const file = bytesOf(rest).toString();
    return file.startsWith(`${folder}/`) ? { type: 'unlink', file } : null;
  }
  const descriptor = /^(\d+)<([^>]*)>(?:, )?(.*)$/.exec(rest);
  if (!descriptor) return null;
  const [, number, path = '', given = ''] = descriptor;
  if (name === 'write' && number === '1') return { type: 'told', text: bytesOf(given).toString() };
  const file = bytesOf(path).toString() || path;
  if (file !== folder && !file.startsWith(`${folder}/`)) return null;
  switch (name) {
    case 'pwrite64':
      return { type: 'write', file, offset: Number(given.slice(given.lastIndexOf(', ') + 2)), bytes: bytesOf(given) };
    case 'ftruncate':
      return { type: 'truncate', file, length: Number(given) };
    case 'fdatasync':
    case 'fsync':
      return { type: 'sync', file };
    default:
      return null;
  }
}

function bytesOf(text: string): Buffer {
  const from = text.indexOf('\\x');
  const to = text.indexOf('"', from);
  return Buffer.from((to < 0 ? text.slice(from) : text.slice(from, to)).replaceAll('\\x', ''), 'hex');
}

/** A disk as a power cut may leave it: what was synced is there, of the rest what chance will have. */
export class ForgetfulDisk {
  readonly #files = new Map<string, Buffer>();
  readonly #unsynced = new Map<string, DiskOperation[]>();
  readonly told: string[] = [];

  apply(operation: DiskOperation): void {
    if (operation.type === 'told') this.told.push(operation.text);
    else if (operation.type === 'sync') {
      for (const waiting of this.#unsynced.get(operation.file) ?? []) this.#write(this.#files, waiting);
      this.#unsynced.delete(operation.file);
    } else {
      const kept = operation.type === 'unlink' ? dirname(operation.file) : operation.file;
      this.#unsynced.set(kept, [...(this.#unsynced.get(kept) ?? []), operation]);
    }
  }

  get unsynced(): number {
    return [...this.#unsynced.values()].reduce((sum, waiting) => sum + waiting.length, 0);
  }

  /** `keeps` says what becomes of a write that was not synced: whole, gone, only its first bytes, or garbage in its place. */
  afterPowerCut(keeps: () => 'whole' | 'gone' | 'torn' | 'garbage'): Map<string, Buffer> {
    const files = new Map([...this.#files].map(([file, bytes]) => [file, Buffer.from(bytes)]));
    for (const operation of [...this.#unsynced.values()].flat()) {
      const fate = keeps();
      if (fate === 'gone') continue;
      if (operation.type !== 'write' || fate === 'whole') this.#write(files, operation);
      else if (fate === 'torn')
        this.#write(files, { ...operation, bytes: operation.bytes.subarray(0, operation.bytes.length >> 1) });
      else
        this.#write(files, {
          ...operation,
          bytes: operation.bytes.map((byte, at) => byte ^ ((at * 31) & 0xff)) as Buffer,
        });
    }
    return files;
  }

  #write(files: Map<string, Buffer>, operation: DiskOperation): void {
    if (operation.type === 'unlink') files.delete(operation.file);
    if (operation.type !== 'write' && operation.type !== 'truncate') return;
    const before = files.get(operation.file) ?? Buffer.alloc(0);
    if (operation.type === 'truncate') {
      const after = Buffer.alloc(operation.length);
      before.copy(after);
      files.set(operation.file, after);
      return;
    }
    const end = operation.offset + operation.bytes.length;
    const after = end > before.length ? Buffer.concat([before, Buffer.alloc(end - before.length)]) : before;
    operation.bytes.copy(after, operation.offset);
    files.set(operation.file, after);
  }
}
