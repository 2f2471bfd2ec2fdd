import { FailedTry } from './failed-try.ts';

/** Watches one try: it must end within `timeoutMs`, and once bytes have come, never be silent for `idleTimeoutMs`. */
export class TryWatch implements Disposable {
  /** Aborts with the caller's reason, or with a `FailedTry` when time is up. */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #idleTimeoutMs: number;
  readonly #whole: NodeJS.Timeout;
  #idle: NodeJS.Timeout | null = null;

  constructor(caller: AbortSignal, { timeoutMs, idleTimeoutMs }: { timeoutMs: number; idleTimeoutMs: number }) {
    this.#idleTimeoutMs = idleTimeoutMs;
    this.signal = AbortSignal.any([caller, this.#controller.signal]);
    this.#whole = setTimeout(() => this.#expire(`took longer than ${timeoutMs} ms`), timeoutMs);
  }

  /** Bytes have come. */
  touch(): void {
    if (this.#idle) this.#idle.refresh();
    else this.#idle = setTimeout(() => this.#expire(`fell silent for ${this.#idleTimeoutMs} ms`), this.#idleTimeoutMs);
  }

  #expire(what: string): void {
    this.#controller.abort(new FailedTry('MODEL_TIMEOUT', `The model's answer ${what}.`));
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#whole);
    if (this.#idle) clearTimeout(this.#idle);
  }
}
