import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** So long a sync may wait for one of Node's threads, which other work of the process may hold; then it is made here. */
const NO_THREAD_MS = 20;

/** The log of a database file, and its syncs: made beside the event loop. */
export class SqliteLog {
  readonly #fd: number;

  /** The log of an open database: it is there, and stays the same file as long as anybody has the database open. */
  constructor(path: string) {
    this.#fd = openSync(`${path}-wal`, 'r+');
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
  }

  /** Resolves once all that was written to the log is on the disk. */
  sync(done: (error: Error | null) => void): void {
    let isDone = false;
    const end = (error: Error | null) => {
      if (isDone) return;
      isDone = true;
      clearTimeout(late);
      done(error);
    };
    const late = setTimeout(() => {
      try {
        fdatasyncSync(this.#fd);
        end(null);
      } catch (error) {
        end(error as Error);
      }
    }, NO_THREAD_MS);
    fdatasync(this.#fd, end);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
