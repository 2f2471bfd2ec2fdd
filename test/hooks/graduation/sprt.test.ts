import { describe, expect, test } from 'vitest';
import { passes, points, pointsToPass, sprtPlan } from '../../../src/hooks/graduation/sprt.ts';

/** mulberry32: small and seeded, so that the simulation is the same everywhere. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('the sequential test', () => {
  test.each([
    [0.05, 73, 39],
    [0.02, 185, 99],
    [0.01, 373, 200],
  ])('at %f it passes with %i clean items and not one less; a bad one costs %i', (p0, needed, cost) => {
    const plan = sprtPlan(p0);
    expect(pointsToPass(plan)).toBe(needed);
    expect(passes(plan, { clean: needed, bad: 0 })).toBe(true);
    expect(passes(plan, { clean: needed - 1, bad: 0 })).toBe(false);
    expect(passes(plan, { clean: needed + cost + 1, bad: 1 })).toBe(true);
    expect(passes(plan, { clean: needed + cost - 1, bad: 1 })).toBe(false);
  });

  test('has no floor: what was bad is never forgotten', () => {
    const plan = sprtPlan(0.05);
    expect(points(plan, { clean: 0, bad: 3 })).toBeCloseTo(-117.07, 1);
    expect(passes(plan, { clean: 73, bad: 3 })).toBe(false);
  });

  test.each([0.05, 0.02])(
    'at a true rate of %f, looked at after every decision, it passes falsely in at most 5.5 per cent of histories',
    (p0) => {
      const plan = sprtPlan(p0);
      const draw = random(20_261_123);
      const histories = 2_000;
      const items = Math.round(200 / p0);
      let passed = 0;
      for (let history = 0; history < histories; history++) {
        const counts = { clean: 0, bad: 0 };
        for (let item = 0; item < items; item++) {
          counts[draw() < p0 ? 'bad' : 'clean']++;
          if (passes(plan, counts)) {
            passed++;
            break;
          }
        }
      }
      expect(passed / histories).toBeLessThanOrEqual(0.055);
      expect(passed / histories).toBeGreaterThan(0.03);
    },
  );

  test('a type that is good enough passes soon', () => {
    const plan = sprtPlan(0.05);
    const draw = random(7);
    const passedWithin = Array.from({ length: 500 }, () => {
      const counts = { clean: 0, bad: 0 };
      for (let item = 1; item <= 400; item++) {
        counts[draw() < 0.01 ? 'bad' : 'clean']++;
        if (passes(plan, counts)) return true;
      }
      return false;
    });
    expect(passedWithin.filter(Boolean).length / 500).toBeGreaterThan(0.9);
  });
});
