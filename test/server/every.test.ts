import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { every } from '../../src/server/every.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('what takes longer than its interval is begun again once it has ended, and not after it is stopped', async () => {
  const begun: number[] = [];
  const from = Date.now();
  const stop = every(100, async () => {
    begun.push(Date.now() - from);
    await new Promise((resolve) => setTimeout(resolve, begun.length === 1 ? 250 : 10));
  });
  await vi.advanceTimersByTimeAsync(450);
  expect(begun).toEqual([100, 400]);
  stop();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(begun).toEqual([100, 400]);
});
