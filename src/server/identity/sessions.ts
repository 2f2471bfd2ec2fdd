import { hashOfSecret, randomSecret } from './secret.ts';

/** How long the page stays open without another launch link. */
export const SESSION_MS = 12 * 60 * 60_000;

const MAX_SESSIONS = 10_000;

/** Sessions of the page, in memory: a restart ends them. Their id is the hash of what the cookie holds. */
export class Sessions {
  readonly #now: () => number;
  readonly #expiries = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  open(): { secret: string; sessionId: string } {
    const secret = randomSecret();
    const sessionId = hashOfSecret(secret);
    const [oldest] = this.#expiries.keys();
    if (this.#expiries.size >= MAX_SESSIONS && oldest !== undefined) this.#expiries.delete(oldest);
    this.#expiries.set(sessionId, this.#now() + SESSION_MS);
    return { secret, sessionId };
  }

  /** When the session ends, in milliseconds since 1970; null if there is none. */
  expiryOf(sessionId: string): number | null {
    const expiry = this.#expiries.get(sessionId);
    if (expiry === undefined) return null;
    if (expiry > this.#now()) return expiry;
    this.#expiries.delete(sessionId);
    return null;
  }
}
