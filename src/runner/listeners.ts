import { messageOf } from '../errors.ts';
import type { RunId } from '../ids.ts';
import type { RunnerLog } from './context.ts';
import type { EngineListener } from './engine.ts';

/** Whoever listens to an engine. One that throws is logged, and the others are told all the same. */
export class Listeners {
  readonly #listeners = new Set<EngineListener>();
  readonly #log: RunnerLog;

  constructor(log: RunnerLog) {
    this.#log = log;
  }

  /** @returns what takes the listener out again. */
  add(listener: EngineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whoever does something with what it is told may take its time: nobody waits for it. */
  tell(what: (listener: EngineListener) => unknown): void {
    for (const listener of this.#listeners) {
      try {
        const done = what(listener);
        if (done instanceof Promise) done.catch((error: unknown) => this.#failed(error));
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #failed(error: unknown): void {
    this.#log.error({ err: error }, `a listener failed: ${messageOf(error)}`);
  }

  /** Whether somebody wants to see the answers of a run as they stream. */
  wantDeltas(runId: RunId): boolean {
    for (const { delta, watches } of this.#listeners) if (delta && (watches?.(runId) ?? true)) return true;
    return false;
  }
}
