import { HoldpointError } from '../errors.ts';
import { alreadyDecided, claimHolder } from './decide.ts';
import type { HoldRecord } from './hold.ts';
import { type Reviewer, whyNotAllowed } from './reviewer.ts';

/** How long a claim lasts unless it is made again. */
export const CLAIM_MS = 15 * 60_000;

export interface ClaimRequest {
  readonly takeOver?: boolean | undefined;
  readonly reason?: string | undefined;
}

/**
 * A claim tells others that somebody is at it; it is a lease of 15 minutes, renewed by claiming again.
 * @throws {HoldpointError} `HOLD_ALREADY_DECIDED`, `FORBIDDEN`, `HOLD_CLAIMED` (somebody else has it and `takeOver` was not said).
 */
export function claim(hold: HoldRecord, request: ClaimRequest, reviewer: Reviewer, now: string) {
  if (hold.status !== 'open') throw alreadyDecided(hold);
  const forbidden = whyNotAllowed(hold, reviewer);
  if (forbidden !== null) throw new HoldpointError('FORBIDDEN', `Hold ${hold.id} is not yours to claim. ${forbidden}`);
  const holder = claimHolder(hold, now);
  if (holder !== null && holder !== reviewer.user && !request.takeOver) {
    const message = `Hold ${hold.id} is claimed by ${holder} until ${hold.claimedUntil}. Take it over with \`takeOver: true\`.`;
    throw new HoldpointError('HOLD_CLAIMED', message, {
      details: { claimedBy: holder, claimedUntil: hold.claimedUntil },
    });
  }
  return {
    holdId: hold.id,
    until: new Date(Date.parse(now) + CLAIM_MS).toISOString(),
    takenFrom: holder === reviewer.user ? null : holder,
    reason: request.reason ?? null,
  };
}

/** @throws {HoldpointError} `HOLD_ALREADY_DECIDED`; `HOLD_CLAIMED` if it is somebody else's claim; `DECISION_NOT_ALLOWED` if there is none. */
export function release(hold: HoldRecord, reviewer: Reviewer, now: string) {
  if (hold.status !== 'open') throw alreadyDecided(hold);
  const holder = claimHolder(hold, now);
  if (holder === null) throw new HoldpointError('DECISION_NOT_ALLOWED', `Hold ${hold.id} is claimed by nobody.`);
  if (holder !== reviewer.user) {
    throw new HoldpointError('HOLD_CLAIMED', `Hold ${hold.id} is claimed by ${holder}; only they can release it.`, {
      details: { claimedBy: holder },
    });
  }
  return { holdId: hold.id };
}
