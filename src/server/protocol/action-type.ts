import { z } from 'zod';
import { Level } from '../../hooks/graduation/level.ts';
import { Tier } from '../../hooks/tier.ts';

/** What people decided of one type, counted plainly. */
const Decisions = z.strictObject({
  total: z.int(),
  approved: z.int(),
  modified: z.int(),
  /** Of the modified: changed into something else than spacing. */
  material: z.int(),
  rejected: z.int(),
  answered: z.int(),
  expired: z.int(),
  undone: z.int(),
  audits: z.strictObject({ good: z.int(), bad: z.int(), critical: z.int() }),
  /** Rejected or materially modified, of all decided. */
  badRate: z.number().nullable(),
  medianTookMs: z.number().nullable(),
  lastAt: z.string().nullable(),
});

/** Seven days; `bad` of `decided` were rejected or materially modified. `upperBound` is of the evidence up to its end. */
const Week = z.strictObject({
  from: z.string(),
  decided: z.int(),
  bad: z.int(),
  medianTookMs: z.number().nullable(),
  upperBound: z.number().nullable(),
});

/** What rejections and modifications have in common. */
const Pattern = z.strictObject({
  by: z.enum(['code', 'agent', 'argument', 'changed']),
  what: z.string(),
  count: z.int(),
  of: z.int(),
  said: z.array(z.string()).readonly(),
});

/** The evidence since the level last changed, by the rules of the decision record on the system journal. */
const Evidence = z.strictObject({
  clean: z.int(),
  bad: z.int(),
  reviewers: z.int(),
  names: z.array(z.string()).readonly(),
  days: z.number(),
  firstAt: z.string().nullable(),
  lastAt: z.string().nullable(),
  /** The points after each of the last items. */
  path: z.array(z.number()).readonly(),
  cusum: z.number(),
});

const Graduation = z.strictObject({
  level: Level,
  next: Level.nullable(),
  /** Whether a person may sign for `next` now; if not, `missing` says why, a sentence each. */
  promotable: z.boolean(),
  points: z.number(),
  pointsToPass: z.int(),
  missing: z.array(z.string()).readonly(),
  signed: z.strictObject({ since: z.string(), by: z.string(), reason: z.string() }).nullable(),
  evidence: Evidence,
  /** Clopper and Pearson: with 95 % confidence at most this share is bad. */
  upperBound: z.number(),
  demote: z.enum(['critical', 'cusum']).nullable(),
});

/** One line of the table: an action type (CREW/TOOL/DIGEST), or a task that people confirm (CREW/TASK), which never graduates. */
export const ActionType = z.strictObject({
  key: z.string(),
  kind: z.enum(['action', 'task']),
  crew: z.string(),
  task: z.string().nullable(),
  tool: z.string().nullable(),
  model: z.string().nullable(),
  schema: z.string().nullable(),
  policy: z.string().nullable(),
  /** What the tool asks for by itself. */
  own: Tier.or(z.literal('computed')).nullable(),
  raisedTo: Tier.nullable(),
  reversible: z.boolean(),
  decisions: Decisions,
  /** The last eight, the oldest first. */
  weeks: z.array(Week).readonly(),
  reasons: z.array(Pattern).readonly(),
  graduation: Graduation.nullable(),
  /** Ran by themselves and were drawn for a look afterwards: `action:audit` says what was found. */
  awaitingAudit: z.array(z.strictObject({ runId: z.string(), actionId: z.string(), at: z.string() })).readonly(),
});
export type ActionType = z.infer<typeof ActionType>;
