import type { Hold } from '../hooks/hold.ts';

/** Open holds that a reviewer is to look at, each once at a time, in the order they came; none that they voted on. */
export class HoldQueue {
  readonly #ids = new Set<string>();
  readonly #user: string;
  readonly #signal: AbortSignal;
  #wake = () => {};

  constructor({ user, signal }: { user: string; signal: AbortSignal }) {
    this.#user = user;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  get isEmpty(): boolean {
    return this.#ids.size === 0;
  }

  add({ id, status, review }: Hold): void {
    if (status !== 'open' || review.votes.some(({ by }) => by === this.#user)) return;
    this.#ids.add(id);
    this.#wake();
  }

  /** Waits for one. @throws the signal's reason */
  async next(): Promise<string> {
    for (;;) {
      this.#signal.throwIfAborted();
      const [first] = this.#ids;
      if (first !== undefined) {
        this.#ids.delete(first);
        return first;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
