import { z } from 'zod';
import type { ErrorBody } from '../../errors.ts';
import { Hold, HoldInFull, HoldStatus } from '../../hooks/hold.ts';
import { Verdict } from '../../hooks/review-policy.ts';
import { HoldId, RunId } from '../../ids.ts';
import type { Answer } from './answer.ts';
import { Cursor, changing, decision, paging, Reason, reading } from './fields.ts';
import { MAX_DECISIONS } from './limits.ts';

const Decided = z.strictObject({ hold: Hold, recordedSeq: z.int() });

const ErrorAnswer = z.strictObject({ code: z.string(), message: z.string(), details: z.unknown().optional() });

const DecideResult = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), data: Decided }),
  z.strictObject({ ok: z.literal(false), error: ErrorAnswer as z.ZodType<ErrorBody> }),
]) as z.ZodType<Answer<z.infer<typeof Decided>>>;

export const HOLD_MESSAGES = {
  'holds:list': reading(
    { status: HoldStatus.optional(), crew: z.string().max(200).optional(), runId: RunId.optional(), ...paging },
    z.strictObject({ holds: z.array(Hold), cursor: Cursor }),
  ),
  'hold:get': reading(
    { holdId: HoldId },
    z.strictObject({ hold: HoldInFull, you: z.strictObject({ may: z.array(Verdict), why: z.string().nullable() }) }),
  ),
  'hold:decide': changing(decision, Decided),
  /** Each is decided by itself: one that fails takes no other with it. */
  'hold:decideMany': changing(
    { decisions: z.array(z.strictObject(decision)).min(1).max(MAX_DECISIONS) },
    z.strictObject({ results: z.array(DecideResult) }),
  ),
  'hold:claim': changing({ holdId: HoldId, takeOver: z.boolean().optional(), reason: Reason.optional() }, Hold),
  /** `takeOver` and `reason` are taken as with a claim, and mean nothing here. */
  'hold:release': changing({ holdId: HoldId, takeOver: z.boolean().optional(), reason: Reason.optional() }, Hold),
  'hold:comment': changing({ holdId: HoldId, text: Reason }, Hold),
} as const;
