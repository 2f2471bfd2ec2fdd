import { z } from 'zod';
import { compareTiers, type Tier } from '../tier.ts';
import { type Counts, passes, points, pointsToPass, type SprtPlan, sprtPlan } from './sprt.ts';

/** How much oversight an action type needs after what its record has shown, from most to least. `human` is no level: it never graduates. */
export const LEVELS = ['approval', 'supervised', 'automatic'] as const;
export const Level = z.enum(LEVELS);
export type Level = z.infer<typeof Level>;

/** The level after this one, and the rate of bad items that must be ruled out first. */
const STEPS: Readonly<Record<Level, { readonly next: Level; readonly plan: SprtPlan } | null>> = {
  approval: { next: 'supervised', plan: sprtPlan(0.05) },
  supervised: { next: 'automatic', plan: sprtPlan(0.02) },
  automatic: null,
};

export const MIN_REVIEWERS = 2;
export const MIN_DAYS = 14;

export function stepFrom(level: Level): { readonly next: Level; readonly plan: SprtPlan } | null {
  return STEPS[level];
}

/** The bad rate that a level was granted on: what its items are watched against. */
export function watchedRate(level: Level): number {
  return level === 'automatic' ? 0.02 : 0.05;
}

/** The level one below, for a type whose own level (its tool's tier) is `own`; null where that is its own. */
export function levelBelow(level: Level, own: Level): Level | null {
  const below = LEVELS[LEVELS.indexOf(level) - 1];
  return below && LEVELS.indexOf(below) > LEVELS.indexOf(own) ? below : null;
}

/**
 * The tier of a call whose tool says `own`, for a type that graduated to `level`. Never more than the tool asks itself, never
 * for what only a person may do, never for what cannot be undone.
 */
export function graduatedTier(own: Tier, level: Level | null, reversible: boolean): Tier {
  if (level === null || !reversible || own === 'human') return own;
  return compareTiers(level, own) < 0 ? level : own;
}

/** What was gathered at the level that a type has now; evidence before its last change of level is not among it. */
export interface Evidence extends Counts {
  /** People who are named, each once. */
  readonly reviewers: number;
  /** Between the first and the last item. */
  readonly days: number;
}

export interface Candidate {
  readonly level: Level;
  readonly reversible: boolean;
  /** The least oversight that every use of the tool lets it have. */
  readonly raisedTo: Tier | null;
  readonly evidence: Evidence;
}

export interface Advice {
  readonly next: Level | null;
  /** Whether a person may sign for `next` now. */
  readonly promotable: boolean;
  readonly points: number;
  /** 0 where there is no next level. */
  readonly pointsToPass: number;
  /** What stands in the way, a sentence each. */
  readonly missing: readonly string[];
}

/** Whether the record is good enough for less oversight. It only ever advises: a person signs, or nothing changes. */
export function advise({ level, reversible, raisedTo, evidence }: Candidate): Advice {
  const step = STEPS[level];
  if (!step) return { next: null, promotable: false, points: 0, pointsToPass: 0, missing: [] };
  const { next, plan } = step;
  const score = points(plan, evidence);
  const needed = pointsToPass(plan);
  const missing: string[] = [];
  if (!reversible) missing.push('The tool has no `undo`: what cannot be reversed never graduates.');
  if (raisedTo !== null && compareTiers(raisedTo, next) > 0)
    missing.push(`The task raises the tool to \`${raisedTo}\`, whatever its level.`);
  if (!passes(plan, evidence))
    missing.push(`${Math.ceil(needed - score)} more clean decisions (${Math.floor(score)} of ${needed} points).`);
  if (evidence.reviewers < MIN_REVIEWERS)
    missing.push(`Decisions by ${MIN_REVIEWERS} named reviewers (${evidence.reviewers} so far).`);
  if (evidence.days < MIN_DAYS) missing.push(`Decisions over ${MIN_DAYS} days (${Math.floor(evidence.days)} so far).`);
  return { next, promotable: missing.length === 0, points: score, pointsToPass: needed, missing };
}
