import { expect, test } from 'vitest';
import { CUSUM_LIMIT, cusum, cusumPlan } from '../../../src/hooks/graduation/cusum.ts';

const items = (text: string) => [...text].map((letter) => letter === 'b');

test.each([0.05, 0.02])('at %f two bad items in a row are enough, one is not', (p0) => {
  const plan = cusumPlan(p0);
  expect(cusum(plan, items('gggb'))).toBeLessThan(CUSUM_LIMIT);
  expect(cusum(plan, items('gggbb'))).toBeGreaterThanOrEqual(CUSUM_LIMIT);
});

test('one good item between two bad ones lets a third decide', () => {
  const plan = cusumPlan(0.05);
  expect(cusum(plan, items('bgb'))).toBeLessThan(CUSUM_LIMIT);
  expect(cusum(plan, items('bgbgb'))).toBeGreaterThanOrEqual(CUSUM_LIMIT);
});

test('a long good time buys no credit, and wears a single bad item off', () => {
  const plan = cusumPlan(0.05);
  expect(cusum(plan, items('g'.repeat(500)))).toBe(0);
  expect(cusum(plan, items(`b${'g'.repeat(25)}`))).toBe(0);
  expect(cusum(plan, items(`${'g'.repeat(500)}bb`))).toBeGreaterThanOrEqual(CUSUM_LIMIT);
});
