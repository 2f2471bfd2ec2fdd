import type { Json } from '../json/json.ts';

/** What an agent's final answer says: the output, and its claims about it. */
export interface FinalAnswer {
  readonly output: Json;
  readonly reasoning: string | null;
  /** 0 to 1; null where the agent gave none, or none that makes sense. */
  readonly confidence: number | null;
}

/** Reads `{ output, reasoning, confidence }`; any other text (a model that knows no structured output) is the output itself. */
export function readFinalAnswer(text: string): FinalAnswer {
  const envelope = parseEnvelope(text);
  if (!envelope) return { output: text, reasoning: null, confidence: null };
  const { output = null, reasoning, confidence } = envelope;
  const sure = typeof confidence === 'number' && confidence >= 0 && confidence <= 1;
  return { output, reasoning: typeof reasoning === 'string' ? reasoning : null, confidence: sure ? confidence : null };
}

const OBJECT_START = /^\s*\{/;

function parseEnvelope(text: string): { readonly [key: string]: Json } | null {
  // Prose is told by its first character: an error thrown by the parser costs more than all the rest of the step.
  if (!OBJECT_START.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    const isEnvelope =
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, 'output');
    return isEnvelope ? (value as { [key: string]: Json }) : null;
  } catch {
    return null;
  }
}
