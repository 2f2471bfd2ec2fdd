import { messageOf } from '../../errors.ts';
import type { ServerLog } from '../server-log.ts';
import type { HintListener, Hints } from './hints.ts';

/** So that whoever has just opened the journal has the first word: loading Socket.IO alone takes longer than a decision. */
const SOON_MS = 500;
const LOOK_MS = 1_000;

interface Given {
  readonly open: () => Promise<Hints>;
  /** Whether another node is on the database. */
  readonly hasCompany: () => Promise<boolean>;
  readonly log: ServerLog;
  /** Default `LOOK_MS`. */
  readonly lookMs?: number;
}

/**
 * Hints of a node that may be alone: then nothing is told and nothing opened for it. A node that comes was not there for what was
 * told to nobody until it was seen, and is told that it missed something, so that it reads that anew.
 */
export class CompanyHints implements Hints {
  readonly #given: Given;
  readonly #heard = new Map<HintListener, () => void>();
  readonly #soon = Promise.withResolvers<void>();
  readonly #soonTimer = setTimeout(() => this.#soon.resolve(), SOON_MS);
  #lookTimer: NodeJS.Timeout | undefined;
  #looking: Promise<void>;
  #opening: Promise<void> | null = null;
  /** Null: they are open, or cannot be opened. */
  #untold: ((hints: Hints) => void)[] | null = [];
  #hasMissed = false;
  #isAlone = false;
  #hints: Hints | null;
  #isClosed = false;

  /** `opened`: where somebody waited for them, to hear. */
  constructor(given: Given, opened: Hints | null = null) {
    this.#given = given;
    this.#hints = opened;
    if (opened) this.#untold = null;
    this.#looking = this.#look();
  }

  tell: Hints['tell'] = (name, hint) => {
    if (this.#isAlone) this.#hasMissed = true;
    else if (this.#hints) this.#hints.tell(name, hint);
    else this.#untold?.push((hints) => hints.tell(name, hint));
  };

  tellMissed(): void {
    this.#hints?.tellMissed();
  }

  hear(listener: HintListener): () => void {
    this.#heard.set(listener, this.#hints?.hear(listener) ?? (() => undefined));
    return () => {
      this.#heard.get(listener)?.();
      this.#heard.delete(listener);
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#soonTimer);
    clearTimeout(this.#lookTimer);
    this.#soon.resolve();
    await this.#looking;
    await this.#opening;
    await this.#hints?.close();
  }

  async #look(): Promise<void> {
    // Whoever comes after this look reads what was done before it.
    const hadMissed = this.#hasMissed;
    this.#hasMissed = false;
    // Where it cannot be said, all is told.
    this.#isAlone = !(await this.#given.hasCompany().catch(() => true));
    if (this.#isAlone) {
      this.#hasMissed ||= this.#untold !== null && this.#untold.length > 0;
      this.#untold &&= [];
    } else {
      this.#hasMissed ||= hadMissed;
      this.#opening ??= this.#hints ? Promise.resolve() : this.#open();
      this.#tellThatSomethingIsMissed();
    }
    if (this.#isClosed) return;
    this.#lookTimer = setTimeout(() => {
      this.#looking = this.#look();
    }, this.#given.lookMs ?? LOOK_MS).unref();
  }

  async #open(): Promise<void> {
    await this.#soon.promise;
    // Who leaves so soon has others told all the same, if there is anything to tell.
    if (this.#isClosed && this.#untold?.length === 0) return;
    try {
      const hints = await this.#given.open();
      this.#hints = hints;
      for (const listener of this.#heard.keys()) this.#heard.set(listener, hints.hear(listener));
      this.#tellThatSomethingIsMissed();
      for (const tell of this.#untold ?? []) tell(hints);
    } catch (err) {
      this.#given.log.warn({ err }, `other nodes are not told: ${messageOf(err)}`);
    }
    this.#untold = null;
  }

  #tellThatSomethingIsMissed(): void {
    if (!this.#hints || !this.#hasMissed) return;
    this.#hasMissed = false;
    this.#hints.tellMissed();
  }
}
