import { z } from 'zod';
import { Verdict } from '../../hooks/review-policy.ts';
import { HoldId } from '../../ids.ts';
import { Json } from '../../json/json.ts';

/** Chosen by the client, so that a changing message can be sent again safely: the same id and content get the first answer. */
export const RequestId = z.string().min(1).max(64);

/** Written by a person for people. */
export const Reason = z.string().trim().min(1).max(10_000);

/** What a person decides. */
export const decision = {
  holdId: HoldId,
  /** The digest of what the reviewer looked at. */
  digest: z.string().min(1).max(128),
  verdict: Verdict,
  value: Json.optional(),
  reason: z.string().max(10_000).optional(),
  reasonCode: z.string().max(100).optional(),
  overrideClaim: z.boolean().optional(),
};

/** A page of a list: `limit` defaults to 50 and is 200 at most; `cursor` is that of the page before. */
export const paging = {
  limit: z.int().min(1).max(200).optional(),
  cursor: z.string().max(200).optional(),
};

export const Cursor = z.string().nullable();

/** What a client asks, and what it gets. `changes`: it carries a `requestId`, and only some roles may send it. */
export interface MessageShape {
  readonly payload: z.ZodType;
  readonly data: z.ZodType;
  readonly changes: boolean;
}

export function reading<P extends z.ZodRawShape, D extends z.ZodType>(payload: P, data: D) {
  return { payload: z.strictObject(payload), data, changes: false } as const;
}

export function changing<P extends z.ZodRawShape, D extends z.ZodType>(payload: P, data: D) {
  return { payload: z.strictObject({ ...payload, requestId: RequestId }), data, changes: true } as const;
}
