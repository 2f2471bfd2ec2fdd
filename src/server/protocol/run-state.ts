import { z } from 'zod';
import { HoldRecord, Impact } from '../../hooks/hold.ts';
import { RunSummary } from '../../hooks/run-summary.ts';
import { Json } from '../../json/json.ts';
import type { RunView } from '../../replay/run-view.ts';
import { ActionAudit, UndoFailure } from './action-messages.ts';

const TaskState = z.strictObject({
  state: z.string(),
  attempt: z.int(),
  step: z.int(),
  agent: z.string(),
  description: z.string().nullable(),
  proposal: Json,
  output: Json,
  failure: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});

const ActionState = z.strictObject({
  id: z.string(),
  task: z.string(),
  tool: z.string(),
  state: z.string(),
  tier: z.string().nullable(),
  input: Json,
  output: Json,
  impact: Impact.nullable(),
  undoUntil: z.string().nullable(),
  undoFailure: UndoFailure.exactOptional(),
  audits: z.array(ActionAudit).readonly().exactOptional(),
});

/** The replayed state of a run after event `seq`. */
export const RunState = z.strictObject({
  seq: z.int(),
  at: z.string(),
  summary: RunSummary,
  inputs: Json,
  tasks: z.record(z.string(), TaskState),
  actions: z.array(ActionState),
  holds: z.array(HoldRecord),
}) satisfies z.ZodType<RunView> as z.ZodType<RunView>;
export type RunState = RunView;
