import { z } from 'zod';
import { Verdict } from '../../hooks/review-policy.ts';
import { Json } from '../../json/json.ts';
import { Cursor, changing, paging, Reason, reading } from './fields.ts';

const signature = { key: z.string().min(1).max(500), level: z.string().min(1).max(50), reason: Reason };

const PastDecision = z.record(z.string(), Json);

export const OVERSIGHT_MESSAGES = {
  'oversight:list': reading({}, z.strictObject({ actionTypes: z.array(z.record(z.string(), Json)) })),
  'oversight:sign': changing(signature, z.record(z.string(), Json)),
  'oversight:demote': changing(signature, z.record(z.string(), Json)),
  'decisions:search': reading(
    {
      by: z.string().max(200).optional(),
      crew: z.string().max(200).optional(),
      verdict: Verdict.optional(),
      /** ISO 8601. */
      from: z.string().max(40).optional(),
      to: z.string().max(40).optional(),
      text: z.string().max(500).optional(),
      ...paging,
    },
    z.strictObject({ decisions: z.array(PastDecision), cursor: Cursor }),
  ),
} as const;
