import { HoldpointError } from '../errors.ts';
import type { HoldRecord } from '../hooks/hold.ts';
import type { Clock } from './clock.ts';

/** The time of day and the time that passed may differ by so much before the time of day is not believed. */
const MAX_MOVED_MS = 60_000;

export interface GuardedClock extends Clock {
  /** How far the time of day was moved, in milliseconds; 0 while it is believed. */
  movedByMs(): number;
}

/**
 * A clock that notices when the machine's time of day is moved, since deadlines are times of day. Until it is set right again (or
 * the process starts anew, and has to believe it) time goes on from where it was; nothing expires and nothing that has a
 * deadline is decided, for nobody knows which of the two is right. What moves slowly, as time servers do it, is followed.
 */
export function guardedClock(clock: Clock): GuardedClock {
  const { uptimeMs } = clock;
  if (!uptimeMs) return { ...clock, movedByMs: () => 0 };
  let known = { at: Date.parse(clock.now()), uptimeMs: uptimeMs() };
  const read = () => {
    const now = clock.now();
    const at = Date.parse(now);
    const uptime = uptimeMs();
    const expected = known.at + uptime - known.uptimeMs;
    if (Math.abs(at - expected) > MAX_MOVED_MS)
      return { now: new Date(expected).toISOString(), movedByMs: at - expected };
    known = { at, uptimeMs: uptime };
    return { now, movedByMs: 0 };
  };
  return {
    now: () => read().now,
    uptimeMs,
    every: (...given) => clock.every(...given),
    after: (...given) => clock.after(...given),
    movedByMs: () => read().movedByMs,
  };
}

/** @throws {HoldpointError} `UNAVAILABLE` for a hold with a deadline while the time of day is not believed. */
export function requireTime(clock: GuardedClock, { id, dueAt }: HoldRecord): void {
  const movedByMs = dueAt === null ? 0 : clock.movedByMs();
  if (movedByMs === 0) return;
  throw new HoldpointError(
    'UNAVAILABLE',
    `The clock of this machine was moved by ${Math.round(movedByMs / 1_000)} seconds, so the deadline of hold ${id} cannot be checked. Nothing was recorded. Set the clock right; if it is right now, start this process again.`,
    { details: { movedByMs, dueAt } },
  );
}
