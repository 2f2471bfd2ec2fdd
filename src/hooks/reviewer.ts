import type { HoldRecord } from './hold.ts';
import type { ReviewerRef } from './review-policy.ts';

/** The authenticated person who acts. `user` is 'user:NAME', or 'local:LOGIN' for somebody at the machine without a token. */
export interface Reviewer {
  readonly user: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
}

/** Why this person may not decide this hold; null if they may. Roles of the server come before this and never override it. */
export function whyNotAllowed(hold: HoldRecord, reviewer: Reviewer): string | null {
  const { reviewers, quorum, notRequester, escalateTo } = hold.policy;
  const named = reviewers.length > 0;
  const local = !reviewer.user.startsWith('user:');
  if (local && (named || quorum > 1 || notRequester)) {
    return `The policy asks for a named reviewer; ${reviewer.user} has no token that says who they are.`;
  }
  if (notRequester && (reviewer.user === hold.requestedBy || hold.forkedBy?.includes(reviewer.user)))
    return 'The policy asks for somebody else than the person who started the run or forked it.';
  const chosen = reviewers.every((list) => list.some((ref) => matches(ref, reviewer)));
  const escalated = hold.overdue && escalateTo.some((ref) => matches(ref, reviewer));
  if (chosen || escalated) return null;
  return `The policy asks for ${reviewers.map((list) => list.join(' or ')).join(', and ')}; ${reviewer.user} is none of them.`;
}

function matches(ref: ReviewerRef, { user, roles, groups }: Reviewer): boolean {
  const name = ref.slice(ref.indexOf(':') + 1);
  if (ref.startsWith('user:')) return user === ref;
  return ref.startsWith('group:') ? groups.includes(name) : roles.includes(name);
}
