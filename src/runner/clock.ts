import { uptime } from 'node:os';
import { LONGEST_TIMER_MS } from '../hooks/duration.ts';

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

/** The system's own is asked at least so often. */
const UPTIME_READ_MS = 60_000;
/** How far the time of day and the process's clock, which stands still while the machine sleeps, may part before it is asked again. */
const UPTIME_PARTED_MS = 1_000;

/**
 * The system's uptime, which goes on while the machine sleeps. Asking for it means reading a file, longer than anything else in a step of a
 * run; so it is carried on with the process's clock for as long as that and the time of day agree: neither a sleep nor a moved clock was between.
 */
function cheapUptimeMs(): () => number {
  let known: { readonly wallMs: number; readonly processMs: number; readonly uptimeMs: number } | null = null;
  return () => {
    const wallMs = Date.now();
    const processMs = performance.now();
    const passedMs = known ? processMs - known.processMs : Number.POSITIVE_INFINITY;
    if (known && passedMs < UPTIME_READ_MS && Math.abs(wallMs - known.wallMs - passedMs) < UPTIME_PARTED_MS)
      return known.uptimeMs + passedMs;
    known = { wallMs, processMs, uptimeMs: uptime() * 1_000 };
    return known.uptimeMs;
  };
}

/** Much happens within one millisecond, and writing it down costs more than asking for it. */
function cheapNow(): () => string {
  let known = { ms: Number.NaN, text: '' };
  return () => {
    const ms = Date.now();
    if (ms !== known.ms) known = { ms, text: new Date(ms).toISOString() };
    return known.text;
  };
}

export const systemClock: Clock = {
  now: cheapNow(),
  uptimeMs: cheapUptimeMs(),
  every(ms, tick, { keepAlive = false } = {}) {
    const timer = setInterval(tick, ms);
    if (!keepAlive) timer.unref();
    return () => clearInterval(timer);
  },
  after(ms, ring) {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number) => {
      const nextMs = Math.min(leftMs, LONGEST_TIMER_MS);
      timer = setTimeout(() => (leftMs > nextMs ? wait(leftMs - nextMs) : ring()), nextMs);
    };
    wait(ms);
    return () => clearTimeout(timer);
  },
};
