/**
 * Wald's sequential probability ratio test, one-sided: may the rate of bad items be taken to be below `p0`? It may be looked
 * at after every item, for as long as one likes: by Ville's inequality the chance that it ever says yes at a true rate of
 * `p0` is at most `alpha`. The score has no floor: what was bad is outweighed, never forgotten.
 */
export interface SprtPlan {
  /** The rate of bad items that must be ruled out, above 0 and below 1. */
  readonly p0: number;
  /** Added by a clean and (negative) by a bad item, in nats. */
  readonly clean: number;
  readonly bad: number;
  /** The score at which `p0` is ruled out: ln(1/alpha). */
  readonly threshold: number;
}

export interface Counts {
  readonly clean: number;
  readonly bad: number;
}

const ALPHA = 0.05;

export function sprtPlan(p0: number, alpha: number = ALPHA): SprtPlan {
  const q = p0 / 5;
  return { p0, clean: Math.log((1 - q) / (1 - p0)), bad: Math.log(q / p0), threshold: Math.log(1 / alpha) };
}

/** Whether the evidence rules out a bad rate of `p0`. The order of the items does not matter. */
export function passes(plan: SprtPlan, { clean, bad }: Counts): boolean {
  return clean * plan.clean + bad * plan.bad >= plan.threshold;
}

/** The same score for people: one point a clean item. Shown rounded down, so that a full score is shown only where it is one. */
export function points(plan: SprtPlan, { clean, bad }: Counts): number {
  return clean + bad * (plan.bad / plan.clean);
}

/** How many points are enough: as many as clean items alone, if none is bad. */
export function pointsToPass({ clean, threshold }: SprtPlan): number {
  return Math.ceil(threshold / clean);
}
