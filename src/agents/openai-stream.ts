import { APIError, type OpenAI } from 'openai';
import { Stream } from 'openai/streaming';
import { z } from 'zod';
import { FailedTry } from './failed-try.ts';
import type { Body } from './openai-request.ts';
import type { TryWatch } from './try-watch.ts';

/**
 * A piece of an answer, as any compatible server may send it; a plain answer (`message` for `delta`) is one piece.
 * Loose on purpose: only what is read is named.
 */
const ToolCallPiece = z.object({
  index: z.number().nullish(),
  id: z.string().nullish(),
  function: z
    .object({ name: z.string().nullish(), arguments: z.union([z.string(), z.record(z.string(), z.json())]).nullish() })
    .nullish(),
});
const Delta = z.object({
  content: z.union([z.string(), z.array(z.object({ text: z.string().nullish() }))]).nullish(),
  refusal: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  tool_calls: z.array(ToolCallPiece).nullish(),
});
const Piece = z.object({
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        index: z.number().nullish(),
        delta: Delta.nullish(),
        message: Delta.nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z.object({ prompt_tokens: z.number().nullish(), completion_tokens: z.number().nullish() }).nullish(),
});
export type Piece = z.infer<typeof Piece>;
export type ToolCallPiece = z.infer<typeof ToolCallPiece>;

/**
 * Asks once, and gives the pieces of the answer as they arrive. A whole answer is one piece, asked for or not.
 * Throws whatever the SDK throws; the end of the pieces does not mean that the answer is whole.
 */
export async function* askOnce(client: OpenAI, body: Body, watch: TryWatch): AsyncGenerator<Piece> {
  const { signal } = watch;
  const response = await client.chat.completions.create(body, { signal }).asResponse();
  const type = response.headers.get('content-type') ?? '';
  if (/html/i.test(type)) {
    void response.body?.cancel().catch(() => undefined);
    throw new FailedTry('MODEL_MALFORMED', 'The model server sent an HTML page instead of an answer.');
  }
  if (/event-stream/i.test(type)) return yield* pieces(client, touching(response, watch), signal);
  const text = await response.text();
  if (!/json/i.test(type) && !text.trimStart().startsWith('{'))
    return yield* pieces(client, new Response(text), signal);
  yield whole(text);
}

/** The SDK logs through `client`, which is silent; without it, to the console. */
async function* pieces(client: OpenAI, response: Response, signal: AbortSignal): AsyncGenerator<Piece> {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    for await (const piece of Stream.fromSSEResponse<unknown>(response, controller, client)) yield parsePiece(piece);
  } finally {
    signal.removeEventListener('abort', abort);
  }
  // The SDK ends an aborted stream like a finished one.
  signal.throwIfAborted();
}

function whole(text: string): Piece {
  const body = parseWhole(text);
  if (typeof body === 'object' && body !== null && 'error' in body && body.error) {
    throw new APIError(undefined, body.error, undefined, undefined);
  }
  return parsePiece(body);
}

/** A connection that ends early is an error only if the server had said how much would come. */
function parseWhole(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (text.trimEnd().endsWith('}')) throw error;
    throw new FailedTry('MODEL_TRUNCATED', 'The answer of the model broke off.');
  }
}

function parsePiece(value: unknown): Piece {
  const parsed = Piece.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') || 'its root';
  throw new FailedTry(
    'MODEL_MALFORMED',
    `The model server sent an answer that is not a chat completion (at ${where}).`,
  );
}

/** Counts bytes, not messages, as signs of life: a server may send comments while its model thinks. */
function touching(response: Response, watch: TryWatch): Response {
  if (!response.body) return response;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(bytes, controller) {
        watch.touch();
        controller.enqueue(bytes);
      },
    }),
  );
  return new Response(counted, { headers: response.headers });
}
