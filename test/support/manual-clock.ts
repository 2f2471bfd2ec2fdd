import type { Clock } from '../../src/runner/clock.ts';

interface Alarm {
  at: number;
  readonly everyMs: number | null;
  readonly ring: () => void;
}

export interface ManualClock extends Clock {
  /** Lets time pass, ringing what is due on the way, in order. */
  advance(ms: number): void;
  /** Sets the time of day, as somebody at the machine would: no time passes. */
  set(ms: number): void;
}

/** A clock that stands still until a test moves it. */
export function manualClock(start = '2026-03-01T08:00:00.000Z'): ManualClock {
  let now = Date.parse(start);
  let movedMs = 0;
  const alarms = new Set<Alarm>();
  const set = (ms: number, everyMs: number | null, ring: () => void) => {
    const alarm = { at: now + ms, everyMs, ring };
    alarms.add(alarm);
    return () => void alarms.delete(alarm);
  };
  /** What rings every second would ring thousands of times over days, for nothing: it rings once, at the end. */
  const next = (until: number, far: boolean) =>
    [...alarms].filter(({ at, everyMs }) => at <= until && !(far && everyMs !== null)).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => new Date(now + movedMs).toISOString(),
    uptimeMs: () => now,
    set: (ms) => {
      movedMs += ms;
    },
    every: (ms, tick) => set(ms, ms, tick),
    after: (ms, ring) => set(ms, null, ring),
    advance(ms) {
      const until = now + ms;
      const far = ms > 600_000;
      for (let alarm = next(until, far); alarm; alarm = next(until, far)) {
        now = Math.max(now, alarm.at);
        if (alarm.everyMs === null) alarms.delete(alarm);
        else alarm.at = now + alarm.everyMs;
        alarm.ring();
      }
      now = until;
      if (!far) return;
      for (const alarm of [...alarms]) {
        if (alarm.everyMs === null) continue;
        alarm.at = now + alarm.everyMs;
        alarm.ring();
      }
    },
  };
}
