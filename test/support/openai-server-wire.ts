import type { ServerResponse } from 'node:http';
import type { ChatBody, Fault, ServerConfig } from './openai-server-protocol.ts';
import { hashOf, promptOf, type Said } from './openai-server-reply.ts';

/** How what was said goes over the wire: whole, in pieces, or broken on purpose. */
export interface Wire {
  readonly res: ServerResponse;
  readonly body: ChatBody;
  readonly config: ServerConfig;
  /** Resolves when the second half of the answer may be sent. */
  readonly midway: () => Promise<void>;
}

const stopped = (content: string): Said => ({ content, calls: [], finish: 'stop' });

export async function send(said: Said, fault: Fault | null, wire: Wire): Promise<void> {
  const { res, config } = wire;
  switch (fault) {
    case '429':
      return sendJson(res, 429, problem('Slow down.', 'rate_limit_exceeded'), config.limitHeaders);
    case '500':
      return sendJson(res, 500, problem('The engine stalled.', 'server_error'));
    case 'html':
      res.writeHead(200, { 'content-type': 'text/html' });
      res.end('<!doctype html><html><body>Sign in to the proxy</body></html>');
      return;
    case 'empty':
      return sendAnswer(stopped(''), null, wire);
    case 'wrong-schema':
      return sendAnswer(stopped('{"answer":"in a shape nobody asked for"}'), null, wire);
    case 'malformed-json':
      return sendAnswer(stopped('{"output": "never closed'), null, wire);
    case 'length':
      return sendAnswer({ ...said, finish: 'length' }, null, wire);
    case 'content-filter':
      return sendAnswer({ content: '', calls: [], finish: 'content_filter' }, null, wire);
    default:
      return sendAnswer(said, fault, wire);
  }
}

type Break = Exclude<
  Fault,
  '429' | '500' | 'html' | 'empty' | 'wrong-schema' | 'malformed-json' | 'length' | 'content-filter'
>;

async function sendAnswer(said: Said, fault: Break | null, wire: Wire): Promise<void> {
  const { res, body, config } = wire;
  const streams = body.stream === true && !config.neverStreams;
  const [first, second] = streams
    ? halves(streamLines(said, wire))
    : halves([...JSON.stringify(completion(said, body))]);
  res.writeHead(200, { 'content-type': streams ? 'text/event-stream; charset=utf-8' : 'application/json' });
  await new Promise<void>((resolve) => res.write(first, () => resolve()));
  await wire.midway();
  switch (fault) {
    case 'reset':
      res.socket?.resetAndDestroy();
      break;
    case 'truncated':
      res.end();
      break;
    case 'malformed-sse':
      res.end(`data: {"id": "broken\n\n${second}`);
      break;
    case 'stream-error':
      res.end(`data: ${JSON.stringify(problem('The engine broke down.', 'server_error'))}\n\n`);
      break;
    case 'silent':
      break;
    case null:
      res.end(second);
  }
}

function halves(lines: readonly string[]): [string, string] {
  const middle = Math.ceil(lines.length / 2);
  return [lines.slice(0, middle).join(''), lines.slice(middle).join('')];
}

function streamLines(said: Said, { body, config }: Wire): string[] {
  const line = (delta: object, finish: string | null = null, more: object = {}) =>
    `data: ${JSON.stringify({
      ...head(body, 'chat.completion.chunk'),
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...more,
    })}\n\n`;
  const calls = said.calls.flatMap(({ id, name, arguments: text }, index) => [
    line({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
    ...cut(text, config.pieces).map((piece) => line({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);
  const usage = `data: ${JSON.stringify({ ...head(body, 'chat.completion.chunk'), choices: [], usage: usageOf(said, body) })}\n\n`;
  return [
    line({ role: 'assistant', content: '' }),
    ...cut(said.content, config.pieces).map((content) => line({ content })),
    ...calls,
    line({}, said.finish),
    ...(body.stream_options?.include_usage ? [usage] : []),
    'data: [DONE]\n\n',
  ];
}

function completion(said: Said, body: ChatBody): object {
  const calls = said.calls.map(({ id, name, arguments: text }) => ({
    id,
    type: 'function',
    function: { name, arguments: text },
  }));
  const message = {
    role: 'assistant',
    content: said.content || null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  const choices = [{ index: 0, message, finish_reason: said.finish }];
  return { ...head(body, 'chat.completion'), choices, usage: usageOf(said, body) };
}

function head(body: ChatBody, object: string): object {
  return { id: `chatcmpl-${hashOf(promptOf(body))}`, object, created: 1_767_225_600, model: body.model ?? 'scripted' };
}

/** Four characters a token, as a rule of thumb. */
function usageOf(said: Said, body: ChatBody): object {
  const prompt = Math.ceil(promptOf(body).length / 4);
  const completion = Math.ceil((said.content + said.calls.map((call) => call.arguments).join('')).length / 4);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function cut(text: string, pieces: number): string[] {
  const chars = [...text];
  const size = Math.max(1, Math.ceil(chars.length / pieces));
  const count = Math.ceil(chars.length / size);
  return Array.from({ length: count }, (_, n) => chars.slice(n * size, (n + 1) * size).join(''));
}

export function problem(message: string, code: string, param: string | null = null): object {
  return { error: { message, type: code, code, param } };
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers });
  res.end(JSON.stringify(body));
}
