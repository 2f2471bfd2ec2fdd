import { z } from 'zod';
import { Duration, durationMs } from './duration.ts';

export const VERDICTS = ['approve', 'modify', 'reject', 'respond'] as const;
export const Verdict = z.enum(VERDICTS);
export type Verdict = z.infer<typeof Verdict>;

export type ReviewerRef = `user:${string}` | `group:${string}` | `role:${string}`;
export const ReviewerRef = z.string().regex(/^(user|group|role):.+$/, {
  error: (issue) =>
    `Not a reviewer: ${JSON.stringify(issue.input)}. Write 'user:ana', 'group:leads' or 'role:reviewer'.`,
}) as unknown as z.ZodType<ReviewerRef>;

export const OnExpire = z.enum(['wait', 'fail', 'skip'], {
  error: () => "`onExpire` is 'wait' (default), 'fail' or 'skip'. Silence never approves.",
});
export type OnExpire = z.infer<typeof OnExpire>;

/** Who may decide a hold, how many of them, and by when. Given on a crew, a task or a tool; see `mergePolicies`. */
export const ReviewPolicy = z.strictObject({
  reviewers: z.array(ReviewerRef).min(1).readonly().optional(),
  quorum: z.int().min(1).max(100).optional(),
  notRequester: z.boolean().optional(),
  dueIn: Duration.optional(),
  remindAfter: Duration.optional(),
  escalateTo: z.array(ReviewerRef).readonly().optional(),
  onExpire: OnExpire.optional(),
  reasonRequired: z.array(Verdict).readonly().optional(),
});
export interface ReviewPolicy {
  /** One of these decides: 'user:ana', 'group:leads', 'role:reviewer'. Default: anybody with the role. */
  reviewers?: readonly ReviewerRef[] | undefined;
  /** So many of them must approve; one rejection is enough. Default 1. */
  quorum?: number | undefined;
  /** Not who started the run. Default false. */
  notRequester?: boolean | undefined;
  /** Such as '4h'. Default: no deadline. */
  dueIn?: Duration | undefined;
  remindAfter?: Duration | undefined;
  /** May decide as well, once `dueIn` is over. */
  escalateTo?: readonly ReviewerRef[] | undefined;
  /** What silence does when `dueIn` is over: 'wait' (default), 'fail' or 'skip' the task. Never approve. */
  onExpire?: OnExpire | undefined;
  /** Default ['reject'], which always needs one. */
  reasonRequired?: readonly Verdict[] | undefined;
}

/**
 * The policy that a hold was opened with, as data in the journal. `reviewers` is a conjunction: a reviewer must match at
 * least one entry of every list, since each list comes from a place (crew, task, tool) that insisted on it.
 */
export const EffectivePolicy = z.strictObject({
  reviewers: z.array(z.array(ReviewerRef)),
  quorum: z.int().min(1),
  notRequester: z.boolean(),
  dueInMs: z.number().nullable(),
  remindAfterMs: z.number().nullable(),
  escalateTo: z.array(ReviewerRef),
  onExpire: OnExpire,
  reasonRequired: z.array(Verdict),
});
export type EffectivePolicy = z.infer<typeof EffectivePolicy>;

const ON_EXPIRE_STRICTNESS: readonly OnExpire[] = ['wait', 'skip', 'fail'];

/** The strictest of several policies, field by field; `escalateTo` is the last one given (the most particular place knows whom). */
export function mergePolicies(policies: readonly (ReviewPolicy | undefined)[]): EffectivePolicy {
  const given = policies.filter((policy) => policy !== undefined);
  const least = (values: (Duration | undefined)[]): number | null => {
    const known = values.filter((value) => value !== undefined).map(durationMs);
    return known.length ? Math.min(...known) : null;
  };
  return {
    reviewers: given.flatMap((policy) => (policy.reviewers ? [[...policy.reviewers]] : [])),
    quorum: Math.max(1, ...given.map((policy) => policy.quorum ?? 1)),
    notRequester: given.some((policy) => policy.notRequester),
    dueInMs: least(given.map((policy) => policy.dueIn)),
    remindAfterMs: least(given.map((policy) => policy.remindAfter)),
    escalateTo: [...(given.findLast((policy) => policy.escalateTo)?.escalateTo ?? [])],
    onExpire: given.reduce<OnExpire>(
      (strictest, { onExpire = 'wait' }) =>
        ON_EXPIRE_STRICTNESS.indexOf(onExpire) > ON_EXPIRE_STRICTNESS.indexOf(strictest) ? onExpire : strictest,
      'wait',
    ),
    reasonRequired: [...new Set<Verdict>(['reject', ...given.flatMap((policy) => policy.reasonRequired ?? [])])],
  };
}
