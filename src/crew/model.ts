import { z } from 'zod';
import type { Json } from '../json/json.ts';

/**
 * The model port, owned by the crew: what the engine asks of any language model. Adapters are in `agents/`.
 * A request is derived from the journal and never stored; its digest is, in `model.responded`.
 */
export type Message =
  | { readonly role: 'system' | 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly callId: string; readonly text: string };

export const ToolCall = z.strictObject({ id: z.string(), name: z.string(), arguments: z.string() });
export type ToolCall = z.infer<typeof ToolCall>;

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly input: { readonly [key: string]: Json };
}

export interface ModelRequest {
  /** The model's name; null: the client's own default. */
  readonly model: string | null;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  /** JSON Schema of the final answer: `{ output, reasoning, confidence }`. */
  readonly answer: { readonly [key: string]: Json };
}

/** What one answer used. `usd` where the price of the model is known. */
export const AnswerUsage = z.strictObject({
  inputTokens: z.int(),
  outputTokens: z.int(),
  usd: z.number().optional(),
});
export type AnswerUsage = z.infer<typeof AnswerUsage>;

/** One whole answer of a model, as journaled: what it said, or the tools that it wants called. */
export const ModelAnswer = z.strictObject({
  model: z.string(),
  /** The final answer as JSON text of the request's `answer` schema (or prose, from a model that cannot do better); '' with tool calls. */
  text: z.string(),
  toolCalls: z.array(ToolCall),
  usage: AnswerUsage,
});
export type ModelAnswer = z.infer<typeof ModelAnswer>;

/** A failed try, told as it happens. `retryInMs` null: there is no further try. */
export interface ModelFailure {
  readonly try: number;
  readonly error: { readonly code: string; readonly message: string };
  readonly retryInMs: number | null;
  /** What it used nevertheless, where the server said so. */
  readonly usage?: AnswerUsage;
}

export interface ModelOptions {
  readonly signal: AbortSignal;
  /** Pieces of the answer as they arrive, volatile. Called only where somebody listens; null: do not stream for show. */
  readonly onDelta: ((part: 'reasoning' | 'output', text: string) => void) | null;
  /** Every failed try, also the last. */
  readonly onFailure: (failure: ModelFailure) => void;
}

export interface Model {
  readonly type: 'model';
  /** Shown to people, and part of an action type's record. */
  readonly name: string;
  /**
   * One whole, checked answer. The adapter retries transport faults, cut, empty and malformed answers by itself.
   * @throws {HoldpointError} `MODEL_*` when every try failed; the signal's reason when aborted.
   */
  respond(request: ModelRequest, options: ModelOptions): Promise<ModelAnswer>;
}
