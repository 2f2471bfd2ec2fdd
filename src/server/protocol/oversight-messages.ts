import { z } from 'zod';
import { Level } from '../../hooks/graduation/level.ts';
import { PastDecision } from '../../hooks/past-decision.ts';
import { Verdict } from '../../hooks/review-policy.ts';
import { ActionType } from './action-type.ts';
import { Cursor, changing, paging, Reason, reading } from './fields.ts';

const Key = z.string().min(1).max(500);

/** `level` null: the tool's own tier. `recordedSeq`: in the journal `system`. */
const LevelChange = z.strictObject({ level: Level.nullable(), recordedSeq: z.int() });

export const OVERSIGHT_MESSAGES = {
  'oversight:list': reading({}, z.strictObject({ actionTypes: z.array(ActionType) })),
  'oversight:sign': changing({ key: Key, level: Level, reason: Reason }, LevelChange),
  /** Without `level`: back to the tool's own tier. */
  'oversight:demote': changing({ key: Key, level: Level.nullable().optional(), reason: Reason }, LevelChange),
  'decisions:search': reading(
    {
      by: z.string().max(200).optional(),
      crew: z.string().max(200).optional(),
      verdict: Verdict.optional(),
      /** ISO 8601; `from` inclusive, `to` exclusive. */
      from: z.string().max(40).optional(),
      to: z.string().max(40).optional(),
      text: z.string().max(500).optional(),
      ...paging,
    },
    z.strictObject({ decisions: z.array(PastDecision), cursor: Cursor }),
  ),
} as const;
