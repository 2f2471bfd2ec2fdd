import type OpenAI from 'openai';
import type { Message, ModelRequest, ToolSpec } from '../crew/model.ts';
import { answerSchemaOf } from './answer-schema.ts';
import type { Mode } from './openai-mode.ts';
import { isStrictSchema } from './strict-schema.ts';

export type Body = OpenAI.Chat.ChatCompletionCreateParams;
type SdkMessage = OpenAI.Chat.ChatCompletionMessageParam;

/** The tool that a model calls to give its answer, where the server has no `response_format`. */
export const FINAL_ANSWER = 'final_answer';

/** A model request as Chat Completions wants it. */
export function toBody(given: ModelRequest, model: string, { watched, ...mode }: Mode & { watched: boolean }): Body {
  const request = { ...given, answer: answerSchemaOf(given.answer) };
  const tools = request.tools.map(toTool);
  if (mode.answerBy === 'tool') tools.push(toTool(finalAnswer(request)));
  const messages = request.messages.map(toSdkMessage);
  if (mode.answerBy === 'prompt') messages.push({ role: 'system', content: askInWords(request) });
  return {
    model,
    messages,
    ...(watched || mode.streamOnly ? streamed(mode) : {}),
    ...(tools.length > 0 ? { tools } : {}),
    ...(mode.answerBy === 'tool' && mode.toolChoice ? { tool_choice: 'required' as const } : {}),
    ...(mode.answerBy === 'schema' ? { response_format: responseFormat(request) } : {}),
  };
}

function streamed({ streamOptions }: Mode): Pick<Body, 'stream' | 'stream_options'> {
  return { stream: true, ...(streamOptions ? { stream_options: { include_usage: true } } : {}) };
}

function responseFormat({ answer }: ModelRequest): NonNullable<Body['response_format']> {
  return {
    type: 'json_schema',
    json_schema: { name: 'answer', strict: isStrictSchema(answer), schema: { ...answer } },
  };
}

function finalAnswer({ answer }: ModelRequest): ToolSpec {
  return {
    name: FINAL_ANSWER,
    description: 'Give the final answer of the task. Call it once, alone, when the work is done.',
    input: answer,
  };
}

function askInWords({ answer }: ModelRequest): string {
  return `Give your final answer as one JSON object that satisfies this JSON Schema, and nothing else:\n${JSON.stringify(answer)}`;
}

function toTool({ name, description, input }: ToolSpec): OpenAI.Chat.ChatCompletionFunctionTool {
  return { type: 'function', function: { name, description, parameters: { ...input } } };
}

function toSdkMessage(message: Message): SdkMessage {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.text };
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.text };
    case 'assistant': {
      if (message.toolCalls.length === 0) return { role: 'assistant', content: message.text };
      const calls = message.toolCalls.map(({ id, name, arguments: text }) => ({
        id,
        type: 'function' as const,
        function: { name, arguments: text },
      }));
      return { role: 'assistant', content: message.text === '' ? null : message.text, tool_calls: calls };
    }
  }
}
