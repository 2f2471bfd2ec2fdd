import { createHash } from 'node:crypto';
import { valueFor } from '../../src/agents/rehearsal-value.ts';
import type { Json } from '../../src/json/json.ts';
import type { ChatBody, Reply, Rule } from './openai-server-protocol.ts';

/** What the model of the scripted server says, before it is put on the wire. */
export interface Said {
  readonly content: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly finish: string;
}

export function promptOf(body: ChatBody): string {
  return body.messages.map(({ content }) => content ?? '').join('\n');
}

export function matches({ when }: Rule, body: ChatBody): boolean {
  const prompt = promptOf(body);
  return [when].flat().every((text) => prompt.includes(text));
}

/** Null: the rule asks for tools only, and the conversation has the results of all of them. */
export function say(body: ChatBody, reply: Reply, options: { prose: boolean }): Said | null {
  const done = toolsWithResults(body);
  const wanted = (reply.toolCalls ?? []).filter(({ name }) => !done.has(name));
  if (wanted.length > 0)
    return saysCalls(
      wanted.map(({ name, arguments: given }) => ({ name, arguments: textOf(given) })),
      body,
    );
  if (reply.toolCalls && reply.output === undefined && reply.raw === undefined) return null;
  if (reply.raw !== undefined) return { content: reply.raw, calls: [], finish: 'stop' };
  if (options.prose) return { content: textFor(body), calls: [], finish: 'stop' };
  const answer = answerTo(body, reply);
  const asTool =
    body.response_format === undefined && body.tools?.some(({ function: { name } }) => name === 'final_answer');
  if (asTool) return saysCalls([{ name: 'final_answer', arguments: answer }], body);
  return { content: answer, calls: [], finish: 'stop' };
}

function saysCalls(calls: readonly { name: string; arguments: string }[], body: ChatBody): Said {
  const hash = hashOf(promptOf(body) + body.messages.length);
  return {
    content: '',
    calls: calls.map((call, index) => ({ id: `call_${hash}_${index}`, ...call })),
    finish: 'tool_calls',
  };
}

function answerTo(body: ChatBody, reply: Reply): string {
  const final = body.tools?.find(({ function: { name } }) => name === 'final_answer');
  const schema = (body.response_format?.json_schema?.schema ?? final?.function.parameters ?? null) as Json;
  if (schema === null) return reply.output === undefined ? textFor(body) : textOf(reply.output);
  const made = valueFor(schema, (path) => (path.at(-1) === 'output' ? textFor(body) : `Made up ${path.join('.')}`));
  const { output, reasoning = 'Because the script says so.', confidence = 0.9 } = reply;
  return JSON.stringify({ ...(made as object), reasoning, confidence, ...(output === undefined ? {} : { output }) });
}

/** The same for the same prompt. */
export function textFor(body: ChatBody): string {
  const last = body.messages.findLast(({ role }) => role === 'user')?.content ?? '';
  return `Answer ${hashOf(promptOf(body))} to: ${last.split('\n')[0]}`;
}

function toolsWithResults(body: ChatBody): Set<string> {
  const nameOf = new Map(
    body.messages.flatMap(({ tool_calls = [] }) => tool_calls.map((call) => [call.id, call.function.name])),
  );
  return new Set(body.messages.flatMap(({ tool_call_id: id }) => (id === undefined ? [] : [nameOf.get(id) ?? ''])));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
