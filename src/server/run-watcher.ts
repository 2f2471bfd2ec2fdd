import { setTimeout as wait } from 'node:timers/promises';
import type { RunId } from '../ids.ts';
import type { JournalEvent } from '../journal/envelope.ts';
import type { Journal } from '../journal/journal.ts';

export interface RunWatcherOptions {
  readonly journal: Pick<Journal, 'read'>;
  readonly runId: RunId;
  /** The last event that the client has. */
  readonly after: number;
  readonly send: (event: JournalEvent) => void;
  /** Whether the client must catch up before it is sent more. */
  readonly congested: () => boolean;
  readonly onError: (error: unknown) => void;
}

const PAGE = 100;
const CONGESTION_CHECK_MS = 50;

/**
 * Sends a run's events to one client, in order, each once: it reads on from the last one sent, one reading at a time.
 * A wake is only a hint that there may be more; one that is lost delays, and never loses.
 */
export class RunWatcher {
  readonly #options: RunWatcherOptions;
  #sent: number;
  #reading = false;
  #again = false;
  #stopped = false;

  constructor(options: RunWatcherOptions) {
    this.#options = options;
    this.#sent = options.after;
  }

  wake(): void {
    this.#again = true;
    if (this.#reading || this.#stopped) return;
    this.#reading = true;
    this.#readOn()
      .catch(this.#options.onError)
      .finally(() => {
        this.#reading = false;
      });
  }

  stop(): void {
    this.#stopped = true;
  }

  async #readOn(): Promise<void> {
    const { journal, runId, send, congested } = this.#options;
    while (this.#again) {
      this.#again = false;
      const events = await journal.read(runId, { after: this.#sent, limit: PAGE });
      for (const event of events) {
        while (!this.#stopped && congested()) await wait(CONGESTION_CHECK_MS);
        if (this.#stopped) return;
        send(event);
        this.#sent = event.seq;
      }
      if (events.length === PAGE) this.#again = true;
    }
  }
}
