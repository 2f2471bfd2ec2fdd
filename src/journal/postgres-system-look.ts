import { SYSTEM_JOURNAL } from '../ids.ts';
import type { JournalEvent } from './envelope.ts';
import type { Query } from './postgres-pool.ts';
import { eventsOf } from './postgres-queries.ts';

interface Look {
  readonly after: number;
  /** Null: it failed. */
  readonly events: Promise<readonly JournalEvent[] | null>;
}

/**
 * The journal of no run, read right behind the COMMIT by which a run became this node's: whoever drives it has to look whether
 * everything is stopped once that is durable, and needs no trip of its own for it.
 */
export class SystemLook {
  #seen = 0;
  #last: Look | null = null;

  /** Sends it on a connection that has just been sent COMMIT. */
  begin(query: Query): Look {
    const after = this.#seen;
    return { after, events: eventsOf(query, SYSTEM_JOURNAL, { after }).catch(() => null) };
  }

  /** A transaction is durable; `look` null: there was none behind it, and one before it does not count for what it wrote. */
  keep(look: Look | null): void {
    this.#last = look;
  }

  /** What is known of the journal after `after` as of the last transaction. Null: nothing, so it is to be read. */
  async since(after: number): Promise<JournalEvent[] | null> {
    const look = this.#last;
    if (!look || look.after > after) return null;
    const events = await look.events;
    return events?.filter(({ seq }) => seq > after) ?? null;
  }

  /** How far somebody has read. */
  saw(events: readonly JournalEvent[]): void {
    this.#seen = Math.max(this.#seen, events.at(-1)?.seq ?? 0);
  }
}
