import { z } from 'zod';
import { Tier } from '../hooks/tier.ts';
import { Count, conditional, ModelChoice, Policy, Schema, Share, Span, Text } from './config-values.ts';
import type { Given, GivenOutput, Hook, TaskDefinition } from './crew-definition.ts';
import type { Tool } from './crew-types.ts';
import { isTool } from './define-tool.ts';
import { func, pick, strict } from './strict-shape.ts';
import { ConstantTier } from './tool-input.ts';

/** What a user writes in `defineCrew`, key by key; what the keys say about each other is asked by the `check-*` files. */
const ToolItself = z.unknown().refine(isTool, {
  error: 'Not a tool. Make it with defineTool({ … }), or write { tool, tier, review }.',
}) as unknown as z.ZodType<Tool, unknown>;

const ToolUse = strict({ tool: ToolItself, tier: ConstantTier.optional(), review: Policy.optional() });

function isUse(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !isTool(value) && 'tool' in value;
}

const Tools = z.array(
  pick((value): z.ZodType<Tool | z.output<typeof ToolUse>, unknown> => (isUse(value) ? ToolUse : ToolItself)),
);

const AgentInput = strict({
  role: Text,
  goal: Text,
  backstory: z.string().optional(),
  model: ModelChoice.optional(),
  tools: Tools.optional(),
  maxSteps: Count.optional(),
});
export type AgentInput = z.output<typeof AgentInput>;

type When<G> = (given: G) => boolean | Promise<boolean>;
const ConfirmBefore = conditional<When<Given>>();
const ConfirmAfter = conditional<When<GivenOutput>>();
function orTrue<T>(schema: z.ZodType<T, unknown>): z.ZodType<true | T, unknown> {
  return pick((value): z.ZodType<true | T, unknown> => (typeof value === 'object' && value !== null ? schema : ALWAYS));
}
const ALWAYS = z.literal(true, {
  error: 'Write true, or an object such as { when, reviewers, dueIn }.',
}) as unknown as z.ZodType<true, unknown>;

const ConfirmWord = z.enum(['before', 'after', 'both']);
const ConfirmObject = strict({ before: orTrue(ConfirmBefore).optional(), after: orTrue(ConfirmAfter).optional() });
const Confirm = pick(
  (value): z.ZodType<z.output<typeof ConfirmWord> | z.output<typeof ConfirmObject>, unknown> =>
    typeof value === 'object' && value !== null ? ConfirmObject : ConfirmWord,
);
export type ConfirmInput = z.output<typeof Confirm>;

const Description = pick(
  (value): z.ZodType<TaskDefinition['description'], unknown> =>
    typeof value === 'function'
      ? func<Exclude<TaskDefinition['description'], string>>()
      : (Text as unknown as z.ZodType<string, unknown>),
);

const TaskInput = strict({
  agent: z.string(),
  description: Description,
  expectedOutput: Text.optional(),
  output: Schema.optional(),
  context: z.array(z.string()).optional(),
  optionalContext: z.array(z.string()).optional(),
  when: func<NonNullable<TaskDefinition['when']>>().optional(),
  tools: Tools.optional(),
  confirm: Confirm.optional(),
  review: Policy.optional(),
  minConfidence: Share.optional(),
  confidence: func<NonNullable<TaskDefinition['confidence']>>().optional(),
  escalateIf: func<NonNullable<TaskDefinition['escalateIf']>>().optional(),
  guardrails: z.array(func<TaskDefinition['guardrails'][number]>()).optional(),
  maxRetries: z.int().min(0).optional(),
  maxRevisions: z.int().min(0).optional(),
  onReject: z.enum(['revise', 'fail', 'skip']).optional(),
  onFailure: z.enum(['escalate', 'fail', 'skip']).optional(),
  timeout: Span.optional(),
  outputFile: Text.optional(),
});
export type TaskInput = z.output<typeof TaskInput>;

const hook = func<Hook>().optional();

export const CrewInput = strict({
  name: Text,
  version: Text.optional(),
  inputs: Schema.optional(),
  agents: z.record(z.string(), AgentInput),
  tasks: z.record(z.string(), TaskInput),
  process: z.enum(['sequential', 'hierarchical']).optional(),
  manager: z.string().optional(),
  concurrency: Count.optional(),
  review: Policy.optional(),
  model: ModelChoice.optional(),
  budget: strict({ tokens: z.number().positive().optional(), usd: z.number().positive().optional() }).optional(),
  maxHolds: Count.optional(),
  shadow: strict({
    tools: z.record(z.string(), Tier).optional(),
    confirm: z.literal('after').optional(),
    minConfidence: Share.optional(),
  }).optional(),
  hooks: strict({
    beforeRun: hook,
    afterRun: hook,
    beforeTask: hook,
    afterTask: hook,
    beforeModelCall: hook,
    beforeAction: hook,
  }).optional(),
});
export type CrewInput = z.output<typeof CrewInput>;
