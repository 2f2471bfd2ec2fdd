import { hashOfSecret, randomSecret } from './secret.ts';

/** How long a launch link can be opened. */
export const LAUNCH_TOKEN_MS = 5 * 60_000;

/** More links than this are never open at once; the oldest gives way. */
const MAX_OPEN = 1000;

/** Links that open the page once for whoever started the server. In memory only: they end with the process. */
export class LaunchTokens {
  readonly #now: () => number;
  readonly #expiries = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(): string {
    const token = randomSecret();
    const [oldest] = this.#expiries.keys();
    if (this.#expiries.size >= MAX_OPEN && oldest !== undefined) this.#expiries.delete(oldest);
    this.#expiries.set(hashOfSecret(token), this.#now() + LAUNCH_TOKEN_MS);
    return token;
  }

  /** Whether the token was good; it is not any more. */
  consume(token: string): boolean {
    const hash = hashOfSecret(token);
    const expiry = this.#expiries.get(hash);
    this.#expiries.delete(hash);
    return expiry !== undefined && expiry > this.#now();
  }
}
