import jStat from 'jstat';

/**
 * The upper bound of Clopper and Pearson: with confidence 1 - alpha, the rate of bad items is at most this. Shown beside the
 * score for people to read; it decides nothing, since looked at after every item it passes far too often.
 */
export function upperBound(bad: number, total: number, alpha = 0.05): number {
  if (total === 0 || bad >= total) return 1;
  return jStat.beta.inv(1 - alpha, bad + 1, total - bad);
}
