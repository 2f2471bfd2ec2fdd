/** Page's cumulative sum over items that were looked at after they ran: it rises when bad ones come too often. */
export interface CusumPlan {
  readonly good: number;
  readonly bad: number;
}

/** At or above this the type is taken back: two bad items with few good ones between them are enough. */
export const CUSUM_LIMIT = 4.6;

/** Tells a rate of `p0 / 5`, which is fine, from one of `2 p0`, which is not. */
export function cusumPlan(p0: number): CusumPlan {
  const fine = p0 / 5;
  const poor = 2 * p0;
  return { good: Math.log((1 - poor) / (1 - fine)), bad: Math.log(poor / fine) };
}

/** The sum after `items`, oldest first; never below 0, so that a long good time buys no credit. `true`: bad. */
export function cusum(plan: CusumPlan, items: Iterable<boolean>): number {
  let sum = 0;
  for (const bad of items) sum = Math.max(0, sum + (bad ? plan.bad : plan.good));
  return sum;
}
