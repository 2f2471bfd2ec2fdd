import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export const ROOT = join(import.meta.dirname, '..', '..');
const BUILT = join(ROOT, 'dist', 'index.js');
const LOCK = join(ROOT, 'node_modules', '.holdpoint-build');
const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const GIVE_UP_MS = 120_000;

/**
 * For tests that use the package as a user has it: builds it if `dist/` is missing or older than the sources. Test files run
 * in processes of their own, so one builds and the others wait. The review page is left as it is.
 */
export async function buildOnce(): Promise<void> {
  const giveUpAt = Date.now() + GIVE_UP_MS;
  while (!isBuilt()) {
    if (takeLock()) {
      try {
        if (!isBuilt()) build();
      } finally {
        rmSync(LOCK, { recursive: true, force: true });
      }
    } else if (Date.now() > giveUpAt) {
      throw new Error(`Another process has been building for two minutes. If there is none, remove ${LOCK}.`);
    } else await wait(200);
  }
}

function isBuilt(): boolean {
  return existsSync(BUILT) && newest(join(ROOT, 'src')) <= statSync(BUILT).mtimeMs;
}

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((file) => statSync(join(folder, file)).mtimeMs));
}

function takeLock(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    return false;
  }
}

function build(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMPILER, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status === 0) return;
  // What was emitted all the same must not pass for a build.
  if (existsSync(BUILT)) utimesSync(BUILT, 0, 0);
  throw new Error(`The build failed:\n${stdout}${stderr}`);
}
