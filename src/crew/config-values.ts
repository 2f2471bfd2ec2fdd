import { z } from 'zod';
import { Duration, durationMs } from '../hooks/duration.ts';
import { ReviewPolicy } from '../hooks/review-policy.ts';
import { isSchema } from './check-schema.ts';
import type { Model } from './model.ts';
import { func, pick, strict } from './strict-shape.ts';

/** The values that the configs of crews, agents, tasks and tools are made of. */
export const Text = z.string().refine((text) => text.trim() !== '', { error: 'Write a text; this one is empty.' });

export const Share = z.number().min(0).max(1);
export const Count = z.int().min(1);

const NOT_ZERO = "A duration must be longer than 0. Write one such as '30s', or leave it out.";
export const Span = Duration.refine((text) => durationMs(text) > 0 || !Duration.safeParse(text).success, {
  error: NOT_ZERO,
});

/** A schema as such; what it may contain is asked by `checkSchema`, with the place inside it. */
export const Schema = z.unknown().refine(isSchema, {
  error: ({ input }) =>
    `${input === undefined ? 'Missing.' : 'Not a zod 4 schema.'} Write one, such as z.strictObject({ … }).`,
}) as unknown as z.ZodType<z.ZodType, unknown>;

const POLICY_SHAPE = { ...ReviewPolicy.shape, dueIn: Span.optional(), remindAfter: Span.optional() };

/** More approvals than the named people can give would hold for ever. */
function reachableQuorum(policy: ReviewPolicy): boolean {
  const { reviewers, quorum = 1 } = policy;
  if (!reviewers?.length || !reviewers.every((reviewer) => reviewer.startsWith('user:'))) return true;
  return quorum <= new Set(reviewers).size;
}
const UNREACHABLE = {
  path: ['quorum'],
  error: 'More approvals than `reviewers` names people. Lower `quorum`, or name more people or a group.',
};

export const Policy: z.ZodType<ReviewPolicy, unknown> = strict(POLICY_SHAPE).refine(reachableQuorum, UNREACHABLE);

/** A policy with a condition, as `confirm` has it. */
export function conditional<When>(): z.ZodType<ReviewPolicy & { when?: When | undefined }, unknown> {
  const shape = { ...POLICY_SHAPE, when: func<When>().optional() };
  return strict(shape).refine(reachableQuorum, UNREACHABLE) as unknown as z.ZodType<
    ReviewPolicy & { when?: When | undefined },
    unknown
  >;
}

const ModelObject = z.unknown().refine(isModel, {
  error: 'Not a model. Write the name of one, or an object { type: "model", name, respond }.',
}) as unknown as z.ZodType<Model, unknown>;

function isModel(value: unknown): value is Model {
  if (typeof value !== 'object' || value === null) return false;
  const { type, name, respond } = value as Partial<Model>;
  return type === 'model' && typeof name === 'string' && typeof respond === 'function';
}

export const ModelChoice = pick(
  (value): z.ZodType<string | Model, unknown> =>
    typeof value === 'string' ? (Text as unknown as z.ZodType<string, unknown>) : ModelObject,
);
