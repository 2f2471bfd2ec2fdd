import { HoldpointError } from '../errors.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import { diff } from '../json/diff.ts';
import type { Json } from '../json/json.ts';
import type { HoldRecord } from './hold.ts';
import { holdDigest } from './hold-digest.ts';
import type { Verdict } from './review-policy.ts';
import { type Reviewer, whyNotAllowed } from './reviewer.ts';

export interface DecisionRequest {
  readonly digest: string;
  readonly verdict: Verdict;
  readonly value?: Json | undefined;
  readonly reason?: string | undefined;
  readonly reasonCode?: string | undefined;
  readonly overrideClaim?: boolean | undefined;
}

/** What a decision is recorded as: itself, one vote of several, or (a modification under a quorum) the hold's next revision. */
export type DecisionOutcome =
  | {
      readonly type: 'hold.decided';
      readonly data: Decided & {
        readonly effectiveDigest: string | null;
        readonly decidedBy: string[];
        readonly overrodeClaimOf: string | null;
      };
    }
  | { readonly type: 'hold.voted'; readonly data: Omit<Decided, 'diff' | 'reasonCode'> }
  | {
      readonly type: 'hold.revised';
      readonly data: {
        holdId: HoldRecord['id'];
        revision: number;
        proposal: Json;
        digest: string;
        reason: string | null;
        diff: Json;
      };
    };

interface Decided {
  readonly holdId: HoldRecord['id'];
  readonly revision: number;
  readonly digest: string;
  readonly verdict: Verdict;
  readonly value?: Json | undefined;
  readonly reason: string | null;
  readonly reasonCode: string | null;
  readonly diff?: Json | undefined;
}

/**
 * Decides a hold, or says why not. Pure: called inside the transaction that appends its outcome, so that what was checked is
 * what is recorded (invariants 2 and 3). The value of a modification or an answer has been checked by the crew before.
 *
 * @throws {HoldpointError} `HOLD_ALREADY_DECIDED`, `HOLD_STALE`, `FORBIDDEN`, `DECISION_NOT_ALLOWED`, `HOLD_CLAIMED`,
 *   `ALREADY_VOTED`, `REASON_REQUIRED`, `VALUE_INVALID`.
 */
export function decide(hold: HoldRecord, request: DecisionRequest, reviewer: Reviewer, now: string): DecisionOutcome {
  checkDecidable(hold, request, reviewer, now);
  const { verdict, reason = null, reasonCode = null } = request;
  const value = verdict === 'modify' || verdict === 'respond' ? request.value : undefined;
  const { id: holdId, revision, digest } = hold;
  const base = { holdId, revision, digest, verdict, reason, ...(value === undefined ? {} : { value }) };
  const { quorum } = hold.policy;
  if (quorum > 1 && verdict === 'modify') return revise(hold, value ?? null, reason);
  const agreeing = hold.votes
    .filter((vote) => vote.verdict === verdict && sameValue(vote.value, value))
    .map((vote) => vote.by);
  const decidedBy = verdict === 'reject' ? [reviewer.user] : [...agreeing, reviewer.user];
  if (verdict !== 'reject' && decidedBy.length < quorum) return { type: 'hold.voted', data: base };
  const changes = verdict === 'modify' ? { diff: changesOf(hold, value ?? null) } : {};
  return {
    type: 'hold.decided',
    data: {
      ...base,
      ...changes,
      reasonCode,
      effectiveDigest: effectiveDigest(hold, verdict, value),
      decidedBy,
      overrodeClaimOf: overridden(hold, reviewer, now),
    },
  };
}

function checkDecidable(hold: HoldRecord, request: DecisionRequest, reviewer: Reviewer, now: string): void {
  const { verdict, value, reason } = request;
  if (hold.status !== 'open') throw alreadyDecided(hold);
  const lapses = hold.policy.onExpire !== 'wait' && hold.dueAt !== null && hold.dueAt <= now;
  if (lapses) throw alreadyDecided({ ...hold, status: 'expired', closedAt: hold.dueAt });
  if (request.digest !== hold.digest) throw stale(hold);
  const forbidden = whyNotAllowed(hold, reviewer);
  if (forbidden !== null) throw new HoldpointError('FORBIDDEN', `Hold ${hold.id} is not yours to decide. ${forbidden}`);
  if (!hold.allowed.includes(verdict)) {
    const message = `A hold of kind "${hold.kind}" takes ${hold.allowed.join(', ')}, not ${verdict}.`;
    throw new HoldpointError('DECISION_NOT_ALLOWED', message, { details: { allowed: hold.allowed } });
  }
  checkClaim(hold, request, reviewer, now);
  if (hold.votes.some((vote) => vote.by === reviewer.user)) {
    throw new HoldpointError(
      'ALREADY_VOTED',
      `You voted on revision ${hold.revision} of hold ${hold.id} before. One person has one vote.`,
    );
  }
  if (hold.policy.reasonRequired.includes(verdict) && !reason?.trim()) {
    throw new HoldpointError(
      'REASON_REQUIRED',
      `To ${verdict} hold ${hold.id}, say why: send a \`reason\`. The agent gets it.`,
    );
  }
  if ((verdict === 'modify' || verdict === 'respond') && value === undefined) {
    throw new HoldpointError('VALUE_INVALID', `To ${verdict} hold ${hold.id}, send a \`value\`.`, {
      details: { issues: [{ path: '', message: 'missing' }] },
    });
  }
}

function checkClaim(
  hold: HoldRecord,
  { verdict, overrideClaim }: DecisionRequest,
  { user }: Reviewer,
  now: string,
): void {
  const claimedBy = claimHolder(hold, now);
  if (hold.kind === 'human' && verdict === 'respond' && claimedBy !== user) {
    const message = `Claim hold ${hold.id} before you record what you did outside, so that two people do not act twice.`;
    throw new HoldpointError('DECISION_NOT_ALLOWED', message, { details: { claimedBy } });
  }
  if (claimedBy === null || claimedBy === user || hold.policy.quorum > 1 || overrideClaim) return;
  const message = `Hold ${hold.id} is claimed by ${claimedBy} until ${hold.claimedUntil}. Decide all the same with \`overrideClaim: true\`.`;
  throw new HoldpointError('HOLD_CLAIMED', message, { details: { claimedBy, claimedUntil: hold.claimedUntil } });
}

/** Who holds the claim now; null if nobody does, or it ran out. */
export function claimHolder({ claimedBy, claimedUntil }: HoldRecord, now: string): string | null {
  return claimedBy !== null && claimedUntil !== null && claimedUntil > now ? claimedBy : null;
}

function overridden(hold: HoldRecord, { user }: Reviewer, now: string): string | null {
  const claimedBy = claimHolder(hold, now);
  return claimedBy === user ? null : claimedBy;
}

function revise(hold: HoldRecord, value: Json, reason: string | null): DecisionOutcome {
  const proposal = effectiveProposal(hold, 'modify', value);
  const revision = hold.revision + 1;
  const digest = digestOfHold(hold, revision, proposal);
  return {
    type: 'hold.revised',
    data: { holdId: hold.id, revision, proposal, digest, reason, diff: changesOf(hold, value) },
  };
}

/** What a decision lets through: the proposal, or what the reviewer put in its place. */
function effectiveProposal(hold: HoldRecord, verdict: Verdict, value: Json | undefined): Json {
  if (verdict !== 'modify' || value === undefined) return hold.proposal;
  switch (hold.kind) {
    case 'action':
      return { ...(hold.proposal as object), input: value };
    case 'before':
      return { ...(hold.proposal as object), description: value };
    default:
      return value;
  }
}

export function effectiveDigest(hold: HoldRecord, verdict: Verdict, value: Json | undefined): string | null {
  if (verdict === 'approve') return hold.digest;
  return verdict === 'modify' ? digestOfHold(hold, hold.revision, effectiveProposal(hold, verdict, value)) : null;
}

export function digestOfHold({ id: holdId, kind, action }: HoldRecord, revision: number, proposal: Json): string {
  return holdDigest({ holdId, revision, kind, tool: action?.tool ?? null, proposal });
}

function changesOf(hold: HoldRecord, value: Json): Json {
  return diff(hold.proposal, effectiveProposal(hold, 'modify', value)) as unknown as Json;
}

function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}

function stale(hold: HoldRecord): HoldpointError {
  const message = `Hold ${hold.id} is at revision ${hold.revision} now, and that is not what you decided on. Look at it again.`;
  return new HoldpointError('HOLD_STALE', message, { details: { revision: hold.revision, digest: hold.digest } });
}

/** Tells the loser of a race who won, when and with what. */
export function alreadyDecided(hold: HoldRecord): HoldpointError {
  const last = hold.history.at(-1);
  const decided = last !== undefined && hold.decidedBy.length > 0;
  const details = {
    status: hold.status,
    by: decided ? last.by : null,
    decidedBy: hold.decidedBy,
    verdict: decided ? last.verdict : null,
    reason: decided ? last.reason : null,
    at: hold.closedAt,
  };
  const who = decided ? ` by ${last.by}` : '';
  const kept = decided ? 'A second decision is not kept.' : 'Nothing is accepted on it any more.';
  return new HoldpointError(
    'HOLD_ALREADY_DECIDED',
    `Hold ${hold.id} ${hold.status === 'expired' ? 'expired' : `was ${hold.status}${who}`} at ${hold.closedAt}. ${kept}`,
    { details },
  );
}
