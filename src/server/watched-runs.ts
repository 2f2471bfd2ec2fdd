import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RunId } from '../ids.ts';
import type { ServerLimits } from './limits.ts';
import type { Watching } from './operation.ts';
import { bufferedBytes, type ReviewSocket } from './review-socket.ts';
import { RunWatcher } from './run-watcher.ts';
import type { ServerLog } from './server-log.ts';
import type { SharedPages } from './shared-pages.ts';

/** How long after its start a run counts as watched, for whoever opens it then. */
const EXPECTED_MS = 5_000;

export interface WatchedRunsOptions {
  readonly pages: SharedPages;
  readonly log: ServerLog;
  readonly limits: Pick<ServerLimits, 'maxBufferedBytes'>;
  /** A run begins to be watched, or is about to be. */
  readonly onBegin: (runId: RunId) => void;
}

/** Who watches which run. */
export class WatchedRuns {
  readonly #given: WatchedRunsOptions;
  readonly #expected = new Set<RunId>();
  readonly #runs = new Map<RunId, Map<ReviewSocket, RunWatcher>>();

  constructor(given: WatchedRunsOptions) {
    this.#given = given;
  }

  /** What one socket can do with runs. */
  of(socket: ReviewSocket): Watching {
    return {
      watch: (runId, after) => this.#watch(socket, runId, after),
      unwatch: (runId) => this.#unwatch(socket, runId),
    };
  }

  leave(socket: ReviewSocket): void {
    for (const runId of this.#runs.keys()) this.#unwatch(socket, runId);
  }

  /** Whether somebody watches it, or is about to. */
  has(runId: RunId): boolean {
    return this.#runs.has(runId) || this.#expected.has(runId);
  }

  /** Whoever starts a run looks at it next, and would miss the beginning of its first answer. */
  expect(runId: RunId): void {
    this.#expected.add(runId);
    this.#given.onBegin(runId);
    setTimeout(() => this.#expected.delete(runId), EXPECTED_MS).unref();
  }

  /** All that somebody watches, or is about to. */
  all(): RunId[] {
    return [...new Set([...this.#runs.keys(), ...this.#expected])];
  }

  socketsOf(runId: RunId): Iterable<ReviewSocket> {
    return this.#runs.get(runId)?.keys() ?? [];
  }

  wake(runId: RunId): void {
    for (const watcher of this.#runs.get(runId)?.values() ?? []) watcher.wake();
  }

  /** For what other processes appended, of which nobody tells. Nothing that happens meanwhile waits for all of them. */
  async wakeAll(): Promise<void> {
    for (const runId of [...this.#runs.keys()]) {
      this.wake(runId);
      await nextTurn();
    }
  }

  #watch(socket: ReviewSocket, runId: RunId, after: number): void {
    this.#unwatch(socket, runId);
    if (!socket.connected) return;
    const { pages, log, limits, onBegin } = this.#given;
    if (!this.#runs.has(runId)) onBegin(runId);
    const watcher = new RunWatcher({
      pages,
      socketId: socket.id,
      runId,
      after,
      congested: () => bufferedBytes(socket) > limits.maxBufferedBytes,
      onError: (err) => log.error({ err, runId }, 'events not sent to a watcher; tried again in a second'),
    });
    const watchers = this.#runs.get(runId) ?? new Map<ReviewSocket, RunWatcher>();
    this.#runs.set(runId, watchers.set(socket, watcher));
    // The acknowledgement goes first.
    setImmediate(() => watcher.wake());
  }

  #unwatch(socket: ReviewSocket, runId: RunId): void {
    const watchers = this.#runs.get(runId);
    watchers?.get(socket)?.stop();
    watchers?.delete(socket);
    if (watchers?.size === 0) this.#runs.delete(runId);
  }
}
