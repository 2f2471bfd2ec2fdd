import { z } from 'zod';
import type { Message, ModelAnswer, ModelRequest, ToolCall } from '../crew/model.ts';

/** One step of a script: a final answer, or tools to call. */
export type Step =
  | { readonly type: 'answer'; readonly output: unknown; readonly reasoning?: string; readonly confidence?: number }
  | { readonly type: 'calls'; readonly calls: readonly { readonly tool: string; readonly input: unknown }[] };

const Envelope = z.strictObject({
  output: z.unknown(),
  reasoning: z.string().optional(),
  confidence: z.number().min(0).max(1).optional(),
});
const Call = z.strictObject({ call: z.strictObject({ tool: z.string(), input: z.unknown() }) });

/** Reads a step as people write it: `{ call: { tool, input } }`, `{ output, reasoning?, confidence? }`, or the output itself. */
export function toStep(given: unknown): Step {
  const call = Call.safeParse(given);
  if (call.success) return { type: 'calls', calls: [call.data.call] };
  const isEnvelope = typeof given === 'object' && given !== null && Object.hasOwn(given, 'output');
  const envelope = isEnvelope ? Envelope.safeParse(given) : null;
  if (!envelope?.success) return { type: 'answer', output: given };
  const { output, reasoning, confidence } = envelope.data;
  return {
    type: 'answer',
    output,
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(confidence === undefined ? {} : { confidence }),
  };
}

/** What a model without a price claims of every answer. */
const CONFIDENCE = 0.9;

/** The answer that a step stands for. Ids of calls are derived from the conversation, so that a replay draws the same. */
export function answerOf(step: Step, request: ModelRequest, from: { model: string; reasoning: string }): ModelAnswer {
  const usage = { inputTokens: 0, outputTokens: 0, usd: 0 };
  if (step.type === 'answer') {
    const { output, reasoning = from.reasoning, confidence = CONFIDENCE } = step;
    return {
      model: from.model,
      text: JSON.stringify({ output: output ?? null, reasoning, confidence }),
      toolCalls: [],
      usage,
    };
  }
  const position = request.messages.length;
  const toolCalls: ToolCall[] = step.calls.map(({ tool, input }, index) => ({
    id: `call_${position}_${index + 1}`,
    name: tool,
    arguments: JSON.stringify(input ?? {}),
  }));
  return { model: from.model, text: '', toolCalls, usage };
}

/** The task that a request is about: the engine opens the first user message with a line `Task: KEY`. */
export function taskOf(request: ModelRequest): string | null {
  const first = request.messages.find(({ role }) => role === 'user');
  return /^Task: (\S+)/.exec(first?.text ?? '')?.[1] ?? null;
}

/** What a person or a gate said after the task was given; null: nothing. */
export function complaintOf(request: ModelRequest): string | null {
  const said = request.messages.filter(({ role }) => role === 'user');
  return said.length > 1 ? (said.at(-1)?.text ?? null) : null;
}

export function assistantMessages(request: ModelRequest): Extract<Message, { role: 'assistant' }>[] {
  return request.messages.filter((message) => message.role === 'assistant');
}
