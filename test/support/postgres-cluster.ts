import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './build-once.ts';
import { oneAtATime } from './one-at-a-time.ts';

interface Spawning {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
}

/** The files of a new cluster in `data`. They are made once, and copied then: each server begins with the same. */
export async function newCluster(binaries: string, data: string, spawning: Spawning): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(binaries, '..', '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const kept = join(ROOT, 'node_modules', '.cache', `postgres-${version}-${spawning.uid ?? 'own'}`);
  await oneAtATime(
    'postgres',
    () => existsSync(kept),
    () => {
      const made = `${data}-first`;
      const given = ['-U', 'holdpoint', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
      check('initdb', spawnSync(join(binaries, 'initdb'), ['-D', made, ...given], { ...spawning, encoding: 'utf8' }));
      mkdirSync(dirname(kept), { recursive: true });
      copy(made, `${kept}.part`);
      renameSync(`${kept}.part`, kept);
    },
  );
  copy(kept, data);
}

/** With its owner and modes, of which Postgres is particular. */
function copy(from: string, to: string): void {
  check('cp', spawnSync('cp', ['-a', from, to], { encoding: 'utf8' }));
}

function check(command: string, { status, stderr, error }: SpawnSyncReturns<string>): void {
  if (status !== 0) throw new Error(`${command} failed: ${stderr || String(error)}`);
}
