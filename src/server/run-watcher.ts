import { setTimeout as wait } from 'node:timers/promises';
import type { RunId } from '../ids.ts';
import type { SharedPages, Taken } from './shared-pages.ts';

export interface RunWatcherOptions {
  readonly pages: SharedPages;
  /** Where the events are sent. */
  readonly socketId: string;
  readonly runId: RunId;
  /** The last event that the client has. */
  readonly after: number;
  /** Whether the client must catch up before it is sent more. */
  readonly congested: () => boolean;
  readonly onError: (error: unknown) => void;
}

/** Events at a time: few at first, since each may be large and all that are read are held; more for a client that takes them. */
const PAGE = { first: 8, largest: 100 };
/** A client that takes what it is sent is looked at again soon; one that does not, seldom. */
const CONGESTION_CHECK_MS = { first: 2, longest: 64 };

/**
 * Sends a run's events to one client, in order, each once: it reads on from the last one sent, one reading at a time.
 * A wake is only a hint that there may be more; one that is lost delays, and never loses.
 */
export class RunWatcher {
  readonly #options: RunWatcherOptions;
  #sent: number;
  #page = PAGE.first;
  /** It has had all that there was. */
  #isLive = false;
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
    const { pages, socketId, runId, congested } = this.#options;
    const taker = { socketId, takes: () => !this.#stopped && !congested() };
    while (this.#again && !this.#stopped) {
      this.#again = false;
      for (let ms = CONGESTION_CHECK_MS.first; !this.#stopped && congested(); ms *= 2)
        await wait(Math.min(ms, CONGESTION_CHECK_MS.longest));
      const limit = this.#page;
      const { sent, length } = await pages.send({ runId, after: this.#sent, limit, isLive: this.#isLive }, taker);
      this.#sent += sent;
      // What a congested client has not taken is not kept for it, but read again: 1,000 of them must not hold 1,000 pages.
      this.#page = nextPage({ limit, sent, length });
      this.#isLive = sent === length && length < limit;
      if (!this.#isLive) this.#again = true;
    }
  }
}

function nextPage({ limit, sent, length }: Taken & { readonly limit: number }): number {
  if (sent < length) return Math.max(1, sent);
  return length < limit ? limit : Math.min(PAGE.largest, limit * 2);
}
