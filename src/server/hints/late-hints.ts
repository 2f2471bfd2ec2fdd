import { messageOf } from '../../errors.ts';
import type { ServerLog } from '../server-log.ts';
import type { HintListener, Hints } from './hints.ts';

/** So that whoever has just opened the journal has the first word: loading Socket.IO alone takes longer than a decision. */
const SOON_MS = 500;

/** Hints of a program that serves nobody: nobody waits until they are there, and what is told until then is told then. */
export class LateHints implements Hints {
  readonly #heard = new Map<HintListener, () => void>();
  readonly #begin = Promise.withResolvers<void>();
  readonly #timer = setTimeout(() => this.#begin.resolve(), SOON_MS);
  readonly #opening: Promise<void>;
  #untold: ((hints: Hints) => void)[] = [];
  #hints: Hints | null = null;
  #isClosed = false;

  constructor(open: () => Promise<Hints>, log: ServerLog) {
    this.#opening = this.#begin.promise
      .then(async () => {
        // Who leaves so soon has others told all the same, if there is anything to tell.
        if (!this.#isClosed || this.#untold.length > 0) this.#opened(await open());
      })
      .catch((err: unknown) => log.warn({ err }, `other nodes are not told: ${messageOf(err)}`));
  }

  tell: Hints['tell'] = (name, hint) => {
    if (this.#hints) this.#hints.tell(name, hint);
    else this.#untold.push((hints) => hints.tell(name, hint));
  };

  hear(listener: HintListener): () => void {
    this.#heard.set(listener, this.#hints?.hear(listener) ?? (() => undefined));
    return () => {
      this.#heard.get(listener)?.();
      this.#heard.delete(listener);
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#begin.resolve();
    await this.#opening;
    await this.#hints?.close();
  }

  #opened(hints: Hints): void {
    this.#hints = hints;
    for (const listener of this.#heard.keys()) this.#heard.set(listener, hints.hear(listener));
    for (const tell of this.#untold) tell(hints);
    this.#untold = [];
  }
}
