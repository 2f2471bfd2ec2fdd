import { upperBound } from '../../hooks/graduation/clopper-pearson.ts';
import type { Item } from './count-once.ts';
import { isBadLook, type Subject } from './subject.ts';
import { median } from './tally.ts';

const WEEK_MS = 7 * 86_400_000;
const WEEKS = 8;

/** Seven days of decisions on one type. */
export interface Week {
  /** ISO 8601 UTC, inclusive; it ends where the next begins. */
  readonly from: string;
  readonly decided: number;
  /** Of those: rejected, or changed into something else. */
  readonly bad: number;
  readonly medianTookMs: number | null;
  /** Of the evidence up to its end, what `Graduation.upperBound` is of all; null where there was none. */
  readonly upperBound: number | null;
}

/** The last eight weeks, the oldest first; the last one ends at `now`. `evidence`: the items that count for a level. */
export function weeksOf(subjects: readonly Subject[], evidence: readonly Item[], now: string): Week[] {
  const looks = subjects.flatMap(({ decisions }) => decisions);
  const end = Date.parse(now);
  return Array.from({ length: WEEKS }, (_, index) => {
    const from = new Date(end - (WEEKS - index) * WEEK_MS).toISOString();
    const to = index === WEEKS - 1 ? null : new Date(end - (WEEKS - 1 - index) * WEEK_MS).toISOString();
    const inside = looks.filter(({ at }) => at >= from && (to === null || at < to));
    const known = evidence.filter(({ at }) => to === null || at < to);
    const bad = known.filter((item) => item.bad).length;
    return {
      from,
      decided: inside.length,
      bad: inside.filter(isBadLook).length,
      medianTookMs: median(inside.map(({ tookMs }) => tookMs)),
      upperBound: known.length === 0 ? null : upperBound(bad, known.length),
    };
  });
}
