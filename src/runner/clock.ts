import { uptime } from 'node:os';

/** Time as an input: the engine reads the clock only here, so that tests can hand it one of their own. */
export interface Clock {
  /** ISO 8601 UTC with milliseconds. */
  now(): string;
  /** Milliseconds since some start, which nobody can set and which go on while the machine sleeps. Absent: `now` is believed always. */
  uptimeMs?(): number;
  /** Calls `tick` every `ms` until the returned function is called. Keeps the process alive only if asked to. */
  every(ms: number, tick: () => void, options?: { keepAlive?: boolean }): () => void;
  /** Calls `ring` once after `ms`, unless the returned function is called before. */
  after(ms: number, ring: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => new Date().toISOString(),
  uptimeMs: () => uptime() * 1_000,
  every(ms, tick, { keepAlive = false } = {}) {
    const timer = setInterval(tick, ms);
    if (!keepAlive) timer.unref();
    return () => clearInterval(timer);
  },
  after(ms, ring) {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
};
