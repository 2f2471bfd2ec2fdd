import type { RunId } from '../ids.ts';
import type { Delta } from '../runner/engine.ts';

/** Pieces of a streaming answer are joined for so long, in milliseconds, before they are sent. */
const JOIN_MS = 40;

/** Sends streaming answers on in a few larger pieces: models stream by the word, and a message a word is a waste. */
export class DeltaRelay {
  readonly #send: (delta: Delta) => void;
  readonly #pending = new Map<string, Delta>();
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (delta: Delta) => void) {
    this.#send = send;
  }

  push(delta: Delta): void {
    const key = JSON.stringify([delta.runId, delta.task, delta.part]);
    const before = this.#pending.get(key);
    const joined = before && join(before, delta);
    if (before && !joined) this.#send(before);
    this.#pending.set(key, joined ?? delta);
    this.#timer ??= setTimeout(() => this.#flushAll(), JOIN_MS);
  }

  /** Before an event of the run is told, so that no piece comes after the answer that it is a piece of. */
  flush(runId: RunId): void {
    for (const [key, delta] of this.#pending) {
      if (delta.runId !== runId) continue;
      this.#pending.delete(key);
      this.#send(delta);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#pending.clear();
  }

  #flushAll(): void {
    this.#timer = undefined;
    for (const delta of this.#pending.values()) this.#send(delta);
    this.#pending.clear();
  }
}

/** Both as one piece; undefined where the second does not continue the first. */
function join(first: Delta, second: Delta): Delta | undefined {
  const sameStep = first.attempt === second.attempt && first.step === second.step;
  if (!sameStep || second.offset !== first.offset + first.text.length) return undefined;
  return { ...first, text: first.text + second.text };
}
