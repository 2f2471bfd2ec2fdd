import { z } from 'zod';
import { OnExpire, ReviewerRef, Verdict } from '../hooks/review-policy.ts';
import { Tier } from '../hooks/tier.ts';
import { digestOf } from '../json/digest.ts';
import { Json } from '../json/json.ts';

/**
 * A crew as data: its graph, texts, schemas, policies and limits, but no function body (a function stands as 'function' or
 * 'computed'). It is written into `run.started`, so that a journal can be folded without the crew file, and its digest is
 * the crew's fingerprint: when it differs, the run is parked.
 */
const JsonSchema = z.record(z.string(), Json);

const PolicyData = z.strictObject({
  reviewers: z.array(ReviewerRef).optional(),
  quorum: z.int().optional(),
  notRequester: z.boolean().optional(),
  dueIn: z.string().optional(),
  remindAfter: z.string().optional(),
  escalateTo: z.array(ReviewerRef).optional(),
  onExpire: OnExpire.optional(),
  reasonRequired: z.array(Verdict).optional(),
});

const ConfirmData = z.strictObject({ policy: PolicyData, when: z.literal('function').nullable() });

export const ToolConfig = z.strictObject({
  description: z.string(),
  input: JsonSchema,
  output: JsonSchema.nullable(),
  tier: z.union([Tier, z.literal('computed')]),
  review: PolicyData.nullable(),
  minConfidence: z.number().nullable(),
  idempotent: z.boolean(),
  reversible: z.boolean(),
  timeoutMs: z.number(),
  undoWindowMs: z.number(),
});

export const AgentConfig = z.strictObject({
  role: z.string(),
  goal: z.string(),
  backstory: z.string().nullable(),
  model: z.string().nullable(),
  maxSteps: z.int(),
});

export const TaskConfig = z.strictObject({
  agent: z.string(),
  /** The template, or 'function'. */
  description: z.strictObject({ template: z.string() }).or(z.literal('function')),
  expectedOutput: z.string().nullable(),
  output: JsonSchema.nullable(),
  context: z.array(z.string()),
  optionalContext: z.array(z.string()),
  when: z.literal('function').nullable(),
  tools: z.array(z.strictObject({ name: z.string(), raiseTo: Tier.nullable(), review: PolicyData.nullable() })),
  confirm: z.strictObject({ before: ConfirmData.nullable(), after: ConfirmData.nullable() }),
  review: PolicyData.nullable(),
  minConfidence: z.number().nullable(),
  confidence: z.literal('function').nullable(),
  escalateIf: z.literal('function').nullable(),
  guardrails: z.int(),
  maxRetries: z.int(),
  maxRevisions: z.int(),
  onReject: z.enum(['revise', 'fail', 'skip']),
  onFailure: z.enum(['escalate', 'fail', 'skip']),
  timeoutMs: z.number().nullable(),
  outputFile: z.string().nullable(),
});

export const CrewConfigData = z.strictObject({
  name: z.string(),
  version: z.string().nullable(),
  inputs: JsonSchema.nullable(),
  process: z.enum(['sequential', 'hierarchical']),
  manager: z.string().nullable(),
  concurrency: z.int(),
  model: z.string().nullable(),
  review: PolicyData.nullable(),
  budget: z.strictObject({ tokens: z.number().nullable(), usd: z.number().nullable() }).nullable(),
  maxHolds: z.int(),
  shadow: z
    .strictObject({ tools: z.record(z.string(), Tier), confirm: z.boolean(), minConfidence: z.number().nullable() })
    .nullable(),
  hooks: z.array(z.string()),
  agents: z.record(z.string(), AgentConfig),
  tasks: z.record(z.string(), TaskConfig),
  tools: z.record(z.string(), ToolConfig),
});
export type CrewConfigData = z.infer<typeof CrewConfigData>;
export type TaskConfigData = z.infer<typeof TaskConfig>;
export type ToolConfigData = z.infer<typeof ToolConfig>;

export function fingerprintOf(config: CrewConfigData): string {
  return digestOf(config);
}
