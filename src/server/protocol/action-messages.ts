import { z } from 'zod';
import { Impact } from '../../hooks/hold.ts';
import { ActionId, RunId } from '../../ids.ts';
import { Json } from '../../json/json.ts';
import { changing, paging, Reason, reading } from './fields.ts';

/** An action of tier `supervised` that ran and can be undone until `undoUntil`. */
export const SupervisedAction = z.strictObject({
  runId: RunId,
  task: z.string(),
  actionId: ActionId,
  tool: z.string(),
  input: Json,
  output: Json,
  impact: Impact.nullable(),
  undoUntil: z.string().nullable(),
});
export type SupervisedAction = z.infer<typeof SupervisedAction>;

/** What had the result before it, and so is not undone with the action. */
const uses = {
  /** The first 100, in order. */
  usedBy: z
    .array(z.strictObject({ kind: z.enum(['answer', 'task', 'action']), task: z.string(), seq: z.int() }))
    .readonly(),
  /** How many in all. */
  useCount: z.int().min(0),
  /** Forked there, the run goes on from before its agent asked for the action. */
  takeBackSeq: z.int().nullable(),
};

/** What somebody found who looked at an action after it had run. */
export const ActionAudit = z.strictObject({
  finding: z.enum(['good', 'bad', 'critical']),
  reason: z.string().nullable(),
});

/** Why the last undo of an action failed; it stands as it ran. Absent: none failed, or another has begun since. */
export const UndoFailure = z.strictObject({ code: z.string(), message: z.string() });

/** `state`: `succeeded`, or how the undo went; one that failed leaves it at that, with `undoFailure`. */
const ListedAction = SupervisedAction.extend({
  state: z.string(),
  undoFailure: UndoFailure.exactOptional(),
  audits: z.array(ActionAudit).readonly(),
  ...uses,
});
export type ListedAction = z.infer<typeof ListedAction>;

const Recorded = z.strictObject({ recordedSeq: z.int() });
const Undoing = Recorded.extend(uses);

export const ACTION_MESSAGES = {
  /** Of the 50 newest runs, unless `runId` names one. `more`: there are older ones than the `limit` newest. */
  'actions:list': reading(
    { undoable: z.literal(true).optional(), runId: RunId.optional(), limit: paging.limit },
    z.strictObject({ actions: z.array(ListedAction), more: z.boolean() }),
  ),
  'action:undo': changing({ runId: RunId, actionId: ActionId, reason: Reason }, Undoing),
  'action:audit': changing(
    { runId: RunId, actionId: ActionId, finding: z.enum(['good', 'bad', 'critical']), reason: Reason.optional() },
    Recorded,
  ),
} as const;
