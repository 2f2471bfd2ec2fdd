import { z } from 'zod';

/** How much oversight an action needs, from least to most. */
export const TIERS = ['automatic', 'supervised', 'approval', 'human'] as const;
export const Tier = z.enum(TIERS);
export type Tier = z.infer<typeof Tier>;

/** Negative, zero or positive as `a` asks for less, the same or more oversight than `b`. */
export function compareTiers(a: Tier, b: Tier): number {
  return TIERS.indexOf(a) - TIERS.indexOf(b);
}

export function strictestTier(a: Tier, b: Tier): Tier {
  return compareTiers(a, b) >= 0 ? a : b;
}
