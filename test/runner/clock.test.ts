import { uptime } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/runner/clock.ts';
import { guardedClock } from '../../src/runner/guarded-clock.ts';

const HOUR_MS = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
});

/** A reading of ours is never further than this from the system's: the file has hundredths of a second, and a slow machine some more. */
const nearMs = (ms: number | undefined) => Math.abs((ms ?? 0) - uptime() * 1_000);

test('uptime goes on with the process, and is asked for anew when the time of day was moved', () => {
  expect(nearMs(systemClock.uptimeMs?.())).toBeLessThan(500);
  expect(nearMs(systemClock.uptimeMs?.())).toBeLessThan(500);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR_MS });
  expect(nearMs(systemClock.uptimeMs?.())).toBeLessThan(500);
});

test.each([HOUR_MS, -HOUR_MS])('a time of day that is moved by %i ms is noticed', (movedMs) => {
  const clock = guardedClock(systemClock);
  const before = Date.parse(clock.now());
  expect(clock.movedByMs()).toBe(0);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + movedMs });
  expect(Math.abs(clock.movedByMs() - movedMs)).toBeLessThan(1_000);
  expect(Math.abs(Date.parse(clock.now()) - before)).toBeLessThan(10_000);
});

test('a span longer than the longest timer of Node is waited for, and can be called off', async () => {
  vi.useFakeTimers();
  const DAY_MS = 24 * HOUR_MS;
  const rung: string[] = [];
  systemClock.after(60 * DAY_MS, () => rung.push('sixty days'));
  const callOff = systemClock.after(61 * DAY_MS, () => rung.push('never'));
  await vi.advanceTimersByTimeAsync(60 * DAY_MS - 1);
  expect(rung).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(rung).toEqual(['sixty days']);
  callOff();
  await vi.advanceTimersByTimeAsync(2 * DAY_MS);
  expect(rung).toEqual(['sixty days']);
  expect(vi.getTimerCount()).toBe(0);
});
