import type { Clock } from '../../src/runner/clock.ts';

interface Alarm {
  at: number;
  readonly everyMs: number | null;
  readonly ring: () => void;
}

export interface ManualClock extends Clock {
  /** Lets time pass, ringing what is due on the way, in order. */
  advance(ms: number): void;
}

/** A clock that stands still until a test moves it. */
export function manualClock(start = '2026-03-01T08:00:00.000Z'): ManualClock {
  let now = Date.parse(start);
  const alarms = new Set<Alarm>();
  const set = (ms: number, everyMs: number | null, ring: () => void) => {
    const alarm = { at: now + ms, everyMs, ring };
    alarms.add(alarm);
    return () => void alarms.delete(alarm);
  };
  const next = (until: number) => [...alarms].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => new Date(now).toISOString(),
    every: (ms, tick) => set(ms, ms, tick),
    after: (ms, ring) => set(ms, null, ring),
    advance(ms) {
      const until = now + ms;
      for (let alarm = next(until); alarm; alarm = next(until)) {
        now = Math.max(now, alarm.at);
        if (alarm.everyMs === null) alarms.delete(alarm);
        // A sweep a second over days would only ring for nothing: it rings once more at the end.
        else alarm.at = Math.max(now + alarm.everyMs, ms > 600_000 ? until + 1 : 0);
        alarm.ring();
      }
      now = until;
      if (ms > 600_000) for (const alarm of alarms) if (alarm.everyMs !== null) alarm.ring();
    },
  };
}
