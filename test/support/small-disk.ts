import { spawnSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { temporaryFolder } from './temporary-folder.ts';

/** A disk of its own of so many MiB, which a test can fill and empty, or make read-only. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Leaves `freeKiB` at most. */
  fill(freeKiB: number): Promise<void>;
  empty(): Promise<void>;
}

/** Why there can be none here; null: there can. */
export const NO_SMALL_DISK: string | null = canMount() ? null : 'mounting a small disk needs root on Linux';

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  return spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
}

export async function smallDisk(mebibytes: number): Promise<SmallDisk> {
  const folder = await temporaryFolder();
  const path = `${folder.path}/disk`;
  await mkdir(path);
  mount('-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path);
  const ballast = `${path}/ballast`;
  return {
    path,
    fill: async (freeKiB) => {
      await rm(ballast, { force: true });
      const { stdout } = spawnSync('df', ['--output=avail', '-k', path], { encoding: 'utf8' });
      const available = Number(stdout.split('\n')[1]);
      const size = Math.max(1, available - freeKiB) * 1_024;
      spawnSync('fallocate', ['-l', String(size), ballast]);
    },
    empty: () => rm(ballast, { force: true }),
    [Symbol.asyncDispose]: async () => {
      spawnSync('umount', ['-l', path]);
      await folder.remove();
    },
  };
}

function mount(...args: string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
