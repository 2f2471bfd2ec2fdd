import { z } from 'zod';
import type { ToolDefinition } from './crew-definition.ts';

/**
 * The one built-in tool: a question to a person, who answers it (a hold of kind `question`). It is offered where a crew lists
 * it, and understood wherever an agent calls it: to ask is always safe.
 */
export const ASK_HUMAN = 'ask_human';

export const askHumanDefinition: ToolDefinition = {
  name: ASK_HUMAN,
  description: 'Ask a person a question that you cannot answer yourself, and wait for the answer.',
  input: z.strictObject({ question: z.string().min(1), options: z.array(z.string()).optional() }),
  output: z.string(),
  tier: 'human',
  impact: null,
  minConfidence: null,
  review: null,
  idempotent: true,
  timeoutMs: 30_000,
  execute: () => {
    throw new Error('ask_human is answered by a person');
  },
  undo: null,
  undoWindowMs: 0,
};
