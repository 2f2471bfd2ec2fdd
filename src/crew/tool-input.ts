import { z } from 'zod';
import { TIERS, type Tier } from '../hooks/tier.ts';
import { complaintAboutName } from './check-name.ts';
import { Policy, Schema, Share, Span, Text } from './config-values.ts';
import type { ToolDefinition } from './crew-definition.ts';
import { didYouMean } from './near-miss.ts';
import { func, pick, strict } from './strict-shape.ts';

/** Names of what agents can always call. */
const RESERVED: readonly string[] = ['ask_human', 'final_answer'];
const MAX_NAME_LENGTH = 64;

const ToolName = Text.check((context) => {
  const complaint = complaintAboutToolName(context.value);
  if (complaint) context.issues.push({ code: 'custom', input: context.value, message: complaint });
});

function complaintAboutToolName(name: string): string | null {
  if (RESERVED.includes(name)) return `"${name}" is the name of a built-in tool. Choose another name.`;
  if (name.length > MAX_NAME_LENGTH) return `Models take at most ${MAX_NAME_LENGTH} characters. Choose a shorter name.`;
  return complaintAboutName(name);
}

const choice = TIERS.map((tier) => `'${tier}'`).join(', ');

/** A tier as a constant. Without one nobody has said how much oversight the tool needs, so there is no default. */
export const ConstantTier = z.enum(TIERS, {
  error: ({ input }) =>
    input === undefined
      ? `Missing. Say how much oversight the tool needs: ${choice}, or a function that answers one.`
      : `Write one of ${choice}.${typeof input === 'string' ? didYouMean(input, TIERS) : ''}`,
});

type ComputedTier = Extract<ToolDefinition['tier'], (...given: never[]) => Tier>;
const TierChoice = pick(
  (value): z.ZodType<ToolDefinition['tier'], unknown> =>
    typeof value === 'function' ? func<ComputedTier>() : (ConstantTier as unknown as z.ZodType<Tier, unknown>),
);

/** What a user writes in `defineTool`. */
export const ToolInput = strict({
  name: ToolName,
  description: Text,
  input: Schema,
  output: Schema.optional(),
  tier: TierChoice,
  impact: func<NonNullable<ToolDefinition['impact']>>().optional(),
  minConfidence: Share.optional(),
  review: Policy.optional(),
  idempotent: z.boolean().optional(),
  timeout: Span.optional(),
  execute: func<ToolDefinition['execute']>(),
  undo: func<NonNullable<ToolDefinition['undo']>>().optional(),
  undoWindow: Span.optional(),
});
export type ToolInput = z.output<typeof ToolInput>;
