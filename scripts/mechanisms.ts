import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mechanism } from './mechanism-list.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs tests in a folder, and gives the exit code. */
export function vitest(folder: string, args: readonly string[], env: Record<string, string> = {}): number {
  const { status } = spawnSync(process.execPath, [`${root}node_modules/vitest/vitest.mjs`, 'run', ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: 'inherit',
    timeout: 3_600_000,
  });
  return status ?? 1;
}

/** Whether the mechanism's test fails without it. In a copy: the sources stay as they are. */
export function takeOut({ file, from, to, test, named }: Mechanism): boolean {
  const copy = mkdtempSync(join(tmpdir(), 'holdpoint-without-'));
  try {
    for (const part of ['src', 'test', 'examples', 'web', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
      if (existsSync(`${root}${part}`)) cpSync(`${root}${part}`, join(copy, part), { recursive: true });
    symlinkSync(`${root}node_modules`, join(copy, 'node_modules'));
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${file} does not contain once: ${from}`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
    return vitest(copy, [test, ...(named === '' ? [] : ['-t', named])]) !== 0;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
