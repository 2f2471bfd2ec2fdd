import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const LOCKS = join(import.meta.dirname, '..', '..', 'node_modules');
const GIVE_UP_MS = 120_000;

/** What all test files need and one of them does: they run in processes of their own, so one does it and the others wait. */
export async function oneAtATime(name: string, isDone: () => boolean, work: () => void): Promise<void> {
  const lock = join(LOCKS, `.holdpoint-${name}`);
  const giveUpAt = Date.now() + GIVE_UP_MS;
  // What is half done may look as if it were done.
  while (existsSync(lock) || !isDone()) {
    if (take(lock)) {
      try {
        if (!isDone()) work();
      } finally {
        rmSync(lock, { recursive: true, force: true });
      }
    } else if (Date.now() > giveUpAt) {
      throw new Error(`Another process has been at it for two minutes. If there is none, remove ${lock}.`);
    } else await wait(200);
  }
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}
