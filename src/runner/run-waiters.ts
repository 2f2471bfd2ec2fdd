import { setImmediate as nextTurn } from 'node:timers/promises';
import { hasEnded } from '../crew/run-state.ts';
import { outputsOf, summaryOf } from '../crew/summary.ts';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import type { RunStatus, RunSummary, RunWithOutputs } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import { runNotFound } from '../journal/preconditions.ts';
import type { RunnerContext } from './context.ts';
import type { Drivers } from './drivers.ts';
import type { Listeners } from './listeners.ts';
import { withOutputs } from './read-engine.ts';

/** Another node may drive a run: its commits are not told here, so the row is looked at as well. */
const LOOK_MS = 1_000;
/** Rows that are read at one turn of the event loop. */
const ROWS_A_TURN = 50;

interface Around {
  readonly context: RunnerContext;
  readonly drivers: Drivers;
  readonly listeners: Listeners;
}

/** `outputs` null: they are to be read. */
interface Found {
  readonly summary: RunSummary;
  readonly outputs: RunWithOutputs['outputs'] | null;
}

interface Waiter {
  readonly wanted: (status: RunStatus) => boolean;
  readonly resolve: (found: Found) => void;
  readonly reject: (reason: unknown) => void;
}

/** Whoever waits for a run: one listener and one look a second serve all of them, however many wait for however many runs. */
export class RunWaiters {
  readonly #around: Around;
  readonly #waiting = new Map<RunId, Set<Waiter>>();
  /** Takes the listener out and ends the looks; null while nobody waits. */
  #stop: (() => void) | null = null;
  #isLooking = false;
  #isClosed = false;

  constructor(around: Around) {
    this.#around = around;
  }

  /** Resolves with the run, outputs included, once its status is as wanted. A store that is away is waited for.
   *  @throws `RUN_NOT_FOUND`; `UNAVAILABLE` once the engine is closed; the signal's reason */
  async until(
    runId: RunId,
    wanted: (status: RunStatus) => boolean,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<RunWithOutputs> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw closed(runId);
    const { promise, resolve, reject } = Promise.withResolvers<Found>();
    const waiter = { wanted, resolve, reject };
    const aborted = () => reject(signal?.reason);
    signal?.addEventListener('abort', aborted, { once: true });
    this.#enter(runId, waiter);
    try {
      const { summary, outputs } = await promise;
      return outputs ? { ...summary, outputs } : await withOutputs(this.#around.context.journal, summary);
    } finally {
      signal?.removeEventListener('abort', aborted);
      this.#leave(runId, waiter);
    }
  }

  /** Tells all who wait that nothing comes any more. */
  close(): void {
    this.#isClosed = true;
    for (const [runId, waiters] of this.#waiting) for (const { reject } of waiters) reject(closed(runId));
  }

  #enter(runId: RunId, waiter: Waiter): void {
    const waiters = this.#waiting.get(runId) ?? new Set();
    this.#waiting.set(runId, waiters.add(waiter));
    this.#stop ??= this.#begin();
    const driven = this.#around.drivers.stateOf(runId);
    // A run that is held may have been decided on meanwhile: the journal says.
    if (!driven || (waiter.wanted(summaryOf(driven).status) && !hasEnded(driven))) void this.#look(runId);
    else if (hasEnded(driven)) this.#tell(summaryOf(driven));
  }

  #leave(runId: RunId, waiter: Waiter): void {
    const waiters = this.#waiting.get(runId);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiting.delete(runId);
    if (this.#waiting.size > 0) return;
    this.#stop?.();
    this.#stop = null;
  }

  #begin(): () => void {
    const { listeners, context } = this.#around;
    const unlisten = listeners.add({ committed: ({ summary }) => this.#tell(summary) });
    const stopLooking = context.clock.every(LOOK_MS, () => void this.#lookAtAll(), { keepAlive: true });
    return () => {
      stopLooking();
      unlisten();
    };
  }

  async #lookAtAll(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    for (const [index, runId] of [...this.#waiting.keys()].entries()) {
      if (index % ROWS_A_TURN === ROWS_A_TURN - 1) await nextTurn();
      await this.#look(runId);
    }
    this.#isLooking = false;
  }

  async #look(runId: RunId): Promise<void> {
    const { journal } = this.#around.context;
    try {
      const row = await journal.run(runId);
      if (row) this.#tell(row.summary);
      else this.#reject(runId, runNotFound(runId));
    } catch (error) {
      // The next look is in a second.
      if (!isHoldpointError(error, 'UNAVAILABLE')) this.#reject(runId, error);
    }
  }

  #tell(summary: RunSummary): void {
    const { id: runId, status, lastSeq } = summary;
    for (const { wanted, resolve } of this.#waiting.get(runId) ?? []) {
      if (!wanted(status)) continue;
      // Of a run that is driven here, what is in memory is durable, and what comes after is told.
      const state = this.#around.drivers.stateOf(runId);
      resolve({ summary, outputs: state?.seq === lastSeq ? outputsOf(state) : null });
    }
  }

  #reject(runId: RunId, reason: unknown): void {
    for (const { reject } of this.#waiting.get(runId) ?? []) reject(reason);
  }
}

function closed(runId: RunId): HoldpointError {
  return new HoldpointError(
    'UNAVAILABLE',
    `The engine was closed while run ${runId} was waited for. Open it again, and wait anew; the run is as its journal says.`,
  );
}
