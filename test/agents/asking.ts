import { z } from 'zod';
import { openaiModel } from '../../src/agents/openai-model.ts';
import type { OpenAIModelOptions } from '../../src/agents/openai-settings.ts';
import type { Model, ModelAnswer, ModelFailure, ModelRequest } from '../../src/crew/model.ts';
import type { Json } from '../../src/json/json.ts';

/** The schema of a final answer around a task's own, as the engine sends it. */
export function answerSchema(output: z.ZodType = z.string()): { readonly [key: string]: Json } {
  return {
    type: 'object',
    properties: {
      output: z.toJSONSchema(output, { io: 'output' }) as Json,
      reasoning: { type: 'string' },
      confidence: { type: 'number', minimum: 0, maximum: 1 },
    },
    required: ['output', 'reasoning', 'confidence'],
    additionalProperties: false,
  };
}

export function requestFor(prompt: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: null,
    messages: [
      { role: 'system', text: 'You are a careful clerk.' },
      { role: 'user', text: prompt },
    ],
    tools: [],
    answer: answerSchema(),
    ...more,
  };
}

export interface Asked {
  readonly answer: ModelAnswer;
  readonly failures: ModelFailure[];
  readonly deltas: { part: string; text: string }[];
}

/** Asks and keeps what was told on the way; an error carries the failures too. An answer that is not `watched` comes whole. */
export async function ask(
  model: Model,
  request: ModelRequest,
  { signal = new AbortController().signal, watched = true }: { signal?: AbortSignal; watched?: boolean } = {},
): Promise<Asked> {
  const failures: ModelFailure[] = [];
  const deltas: { part: string; text: string }[] = [];
  const answer = await model
    .respond(request, {
      signal,
      onDelta: watched ? (part, text) => deltas.push({ part, text }) : null,
      onFailure: (failure) => failures.push(failure),
    })
    .catch((error: unknown) => {
      throw Object.assign(error as Error, { failures });
    });
  return { answer, failures, deltas };
}

/** The error of a request that must fail, with what was reported before. */
export async function failing(asked: Promise<Asked>): Promise<Error & { code?: string; failures: ModelFailure[] }> {
  const error = await asked.then(
    ({ answer }) => new Error(`answered: ${answer.text}`),
    (reason: unknown) => reason,
  );
  return error as Error & { code?: string; failures: ModelFailure[] };
}

/** A client for the scripted server that waits for nothing and notes how long it would have waited. */
export function quickModel(baseURL: string, options: OpenAIModelOptions = {}): Model & { readonly waits: number[] } {
  const waits: number[] = [];
  const sleep = async (ms: number) => {
    waits.push(ms);
  };
  const model = openaiModel({ name: 'scripted', baseURL, sleep, random: () => 0.5, ...options }, {});
  return { ...model, waits };
}
