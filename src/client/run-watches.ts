import { HoldpointError, isHoldpointError } from '../errors.ts';
import type { RunEvent } from '../server/protocol/run-event.ts';
import type { Connection } from './connection.ts';

interface Watch {
  /** The last event that it was told. */
  last: number;
  readonly onEvent: (event: RunEvent) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * The runs that a client watches. After a reconnect each goes on from the last event it was told: whatever comes twice is
 * dropped by its seq, and where one is missing the server is asked again.
 */
export class RunWatches {
  readonly #connection: Connection;
  readonly #runs = new Map<string, Set<Watch>>();

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.on('run:event', (event) => this.#receive(event));
    connection.on('connected', () => {
      for (const runId of this.#runs.keys()) this.#ask(runId);
    });
    connection.ended.addEventListener('abort', () => this.#end(connection.ended.reason));
  }

  /** Returns how to end it. */
  add(runId: string, { after, onEvent, onError }: { after: number } & Pick<Watch, 'onEvent' | 'onError'>): () => void {
    const watch: Watch = { last: after, onEvent, onError };
    const watches = this.#runs.get(runId) ?? new Set<Watch>();
    this.#runs.set(runId, watches.add(watch));
    this.#ask(runId);
    return () => {
      watches.delete(watch);
      if (watches.size > 0 || !this.#runs.delete(runId) || this.#connection.ended.aborted) return;
      this.#connection.ask('run:unwatch', { runId }).catch(() => undefined);
    };
  }

  #receive(event: RunEvent): void {
    const watches = [...(this.#runs.get(event.run) ?? [])];
    let missing = false;
    for (const watch of watches) {
      if (event.seq > watch.last + 1) missing = true;
      if (event.seq !== watch.last + 1) continue;
      watch.last = event.seq;
      watch.onEvent(event);
    }
    if (missing) this.#ask(event.run);
  }

  /** From the earliest place that a watch of the run is at. */
  #ask(runId: string): void {
    const watches = this.#runs.get(runId);
    if (!watches || !this.#connection.connected) return;
    const after = Math.min(...[...watches].map(({ last }) => last));
    this.#connection.ask('run:watch', { runId, after }).catch((error: unknown) => {
      // Not reached: it is asked again once the connection is back.
      if (isHoldpointError(error, 'UNAVAILABLE') || !this.#runs.delete(runId)) return;
      for (const { onError } of watches) onError(error);
    });
  }

  #end(reason: unknown): void {
    const watches = [...this.#runs.values()].flatMap((of) => [...of]);
    this.#runs.clear();
    const closed = new HoldpointError('UNAVAILABLE', 'The review client was closed.');
    for (const { onError } of watches) onError(reason ?? closed);
  }
}
