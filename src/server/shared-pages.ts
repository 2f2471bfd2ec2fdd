import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RunId } from '../ids.ts';
import type { JournalEvent } from '../journal/envelope.ts';
import type { Journal } from '../journal/journal.ts';

/** One who is sent the events of a page, for as long as `takes` says. */
export interface Taker {
  readonly socketId: string;
  takes(): boolean;
}

export interface PageQuery {
  /** Of one who has had all that there was. */
  readonly isLive: boolean;
  readonly runId: RunId;
  readonly after: number;
  readonly limit: number;
}

/** How far one got with a page. */
export interface Taken {
  readonly sent: number;
  /** Events of the page, taken or not. */
  readonly length: number;
}

interface Given {
  readonly journal: Pick<Journal, 'read'>;
  readonly send: (event: JournalEvent, socketIds: readonly string[]) => void;
}

type Reader = Taker & { sent: number };
interface Asked {
  readonly readers: Reader[];
  /** The length of the page. */
  readonly done: Promise<number>;
}

/** Messages written before others have their turn: some milliseconds. */
const MESSAGES_A_TURN = 500;

/**
 * Pages of journals for those who watch: what several ask for in one turn of the event loop is read once, and each event is sent to
 * all of them together, so that it is encoded once.
 */
export class SharedPages {
  readonly #given: Given;
  readonly #asked = new Map<string, Asked>();
  /** Written since the last turn. */
  #messages = 0;
  #next: Promise<void> | null = null;

  constructor(given: Given) {
    this.#given = given;
  }

  async send(query: PageQuery, taker: Taker): Promise<Taken> {
    const key = `${query.runId} ${query.after} ${query.limit} ${query.isLive}`;
    const asked = this.#asked.get(key) ?? this.#ask(key, query);
    const reader: Reader = { socketId: taker.socketId, takes: () => taker.takes(), sent: 0 };
    asked.readers.push(reader);
    const length = await asked.done;
    return { sent: reader.sent, length };
  }

  #ask(key: string, { runId, after, limit, isLive }: PageQuery): Asked {
    const readers: Reader[] = [];
    const read = async () => {
      // Nobody joins who may have been woken by what this does not find.
      this.#asked.delete(key);
      const events = await this.#given.journal.read(runId, { after, limit });
      await this.#hand(events, readers);
      return events.length;
    };
    // Those who follow a run are woken in one go, and wait for no other turn. All others who ask in this turn share the next.
    const asked = { readers, done: (isLive ? Promise.resolve() : nextTurn()).then(read) };
    this.#asked.set(key, asked);
    return asked;
  }

  async #hand(events: readonly JournalEvent[], readers: readonly Reader[]): Promise<void> {
    let going = readers;
    for (const event of events) {
      going = going.filter((reader) => reader.takes());
      if (going.length === 0) return;
      const socketIds = going.map(({ socketId }) => socketId);
      this.#given.send(event, socketIds);
      for (const reader of going) reader.sent++;
      this.#messages += going.length;
      if (this.#messages >= MESSAGES_A_TURN) await this.#turn();
    }
  }

  /** The same for all pages that are being handed out. */
  #turn(): Promise<void> {
    this.#next ??= nextTurn().then(() => {
      this.#next = null;
      this.#messages = 0;
    });
    return this.#next;
  }
}
