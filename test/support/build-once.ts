import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { oneAtATime } from './one-at-a-time.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

const BUILT = join(ROOT, 'dist', 'index.js');
const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/**
 * For tests that use the package as a user has it: builds it if `dist/` is missing or older than the sources. The review page is
 * left as it is.
 */
export function buildOnce(): Promise<void> {
  building ??= oneAtATime('build', isBuilt, build);
  return building;
}

let building: Promise<void> | null = null;

function isBuilt(): boolean {
  return existsSync(BUILT) && newest(join(ROOT, 'src')) <= statSync(BUILT).mtimeMs;
}

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((file) => statSync(join(folder, file)).mtimeMs));
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
