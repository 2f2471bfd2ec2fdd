import { expect, test } from 'vitest';
import { upperBound } from '../../../src/hooks/graduation/clopper-pearson.ts';

/** Quantiles of the beta distribution as SciPy 1.17 gives them; with none bad there is a closed form beside. */
test.each([
  [0, 10, 0.05, 0.2588655508930522],
  [0, 73, 0.05, 0.04020679425316584],
  [1, 73, 0.05, 0.0633415999309451],
  [2, 185, 0.05, 0.03363835084613976],
  [3, 10, 0.05, 0.6066242161054123],
  [5, 100, 0.05, 0.1022533776432745],
  [0, 1_000, 0.05, 0.002991249545095295],
  [50, 1_000, 0.05, 0.06286340351237973],
  [10, 100, 0.025, 0.17622259774002266],
  [1, 20, 0.025, 0.24873276277202777],
])('%i bad of %i at alpha %f', (bad, total, alpha, expected) => {
  expect(Math.abs(upperBound(bad, total, alpha) - expected)).toBeLessThan(1e-6);
});

test('with none bad it is 1 - alpha^(1/n)', () => {
  for (const total of [1, 7, 73, 185, 5_000])
    expect(Math.abs(upperBound(0, total) - (1 - 0.05 ** (1 / total)))).toBeLessThan(1e-6);
});

test('nothing known, or nothing good, bounds nothing', () => {
  expect(upperBound(0, 0)).toBe(1);
  expect(upperBound(4, 4)).toBe(1);
});
