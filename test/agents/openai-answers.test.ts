import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type OpenAIServer, startOpenAIServer } from '../support/openai-server.ts';
import { answerSchema, ask, failing, quickModel, requestFor } from './asking.ts';

let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
beforeEach(() => server.reset());
afterAll(() => server.close());

const pay = {
  name: 'pay',
  description: 'Pay somebody.',
  input: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
};

describe('a whole answer', () => {
  it('is the JSON text of the envelope, with model and usage', async () => {
    const refund = z.strictObject({ refund: z.boolean(), why: z.string() });
    const request = requestFor('Assess.', { answer: answerSchema(refund), model: 'clerk-1' });
    const { answer } = await ask(quickModel(server.baseURL), request);
    expect(refund.parse(JSON.parse(answer.text).output).refund).toBe(true);
    expect(answer.model).toBe('clerk-1');
    expect(answer.usage.inputTokens).toBeGreaterThan(0);
    expect(answer.usage.outputTokens).toBeGreaterThan(0);
  });

  it('asks for a strict schema only where the schema is strict', async () => {
    const model = quickModel(server.baseURL);
    await ask(model, requestFor('One'));
    await ask(model, requestFor('Two', { answer: answerSchema(z.strictObject({ a: z.string().optional() })) }));
    await ask(model, requestFor('Three', { answer: answerSchema(z.record(z.string(), z.number())) }));
    await ask(model, requestFor('Four', { answer: answerSchema(z.strictObject({ a: z.string().default('x') })) }));
    const asked = (await server.requests()).map(({ body }) => body.response_format?.json_schema?.strict);
    expect(asked).toEqual([true, false, false, false]);
  });

  it('is asked for with a schema whose references lead somewhere', async () => {
    const Node: z.ZodType = z.strictObject({
      name: z.string(),
      get children() {
        return z.array(Node);
      },
    });
    const Person = z.strictObject({ name: z.string() }).meta({ id: 'Person' });
    const model = quickModel(server.baseURL);
    for (const output of [Node, z.strictObject({ by: Person, to: Person })]) {
      const { answer } = await ask(model, requestFor('One', { answer: answerSchema(output) }));
      expect(output.safeParse(JSON.parse(answer.text).output).error).toBeUndefined();
      const sent = (await server.requests()).at(-1)?.body.response_format?.json_schema;
      expect(sent?.strict).toBe(true);
      const schema = sent?.schema as { $defs: Record<string, unknown> };
      const references = [...JSON.stringify(schema).matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference]) => reference);
      const defined = Object.keys(schema.$defs).map((name) => `#/$defs/${name}`);
      expect(references.length).toBeGreaterThan(0);
      expect(references.filter((reference) => !defined.includes(reference ?? ''))).toEqual([]);
    }
  });

  it('carries several calls, put together from their pieces', async () => {
    const toolCalls = [
      { name: 'pay', arguments: { amount: 1, note: 'für "Łukasz" 🙂' } },
      { name: 'pay', arguments: { amount: 2 } },
    ];
    await server.rules({ when: '', reply: { toolCalls } });
    const { answer } = await ask(quickModel(server.baseURL), requestFor('Pay.', { tools: [pay] }));
    expect(answer.toolCalls.map((call) => JSON.parse(call.arguments))).toEqual(toolCalls.map((call) => call.arguments));
    expect(new Set(answer.toolCalls.map(({ id }) => id)).size).toBe(2);
  });

  it('sends the conversation back as it was', async () => {
    await server.rules({ when: '', reply: { toolCalls: [{ name: 'pay', arguments: { amount: 1 } }] } });
    const first = requestFor('Pay.', { tools: [pay] });
    const model = quickModel(server.baseURL);
    const { answer } = await ask(model, first);
    const [call] = answer.toolCalls;
    const messages = [
      ...first.messages,
      { role: 'assistant' as const, text: '', toolCalls: answer.toolCalls },
      { role: 'tool' as const, callId: call?.id ?? '', text: '{"paid":true}' },
    ];
    const second = await ask(model, { ...first, messages });
    expect(second.answer.toolCalls).toEqual([]);
    const sent = (await server.requests())[1]?.body.messages;
    expect(sent?.slice(2)).toMatchObject([
      { role: 'assistant', content: null, tool_calls: [{ id: call?.id, function: { name: 'pay' } }] },
      { role: 'tool', tool_call_id: call?.id, content: '{"paid":true}' },
    ]);
  });

  it('comes from a server that ignores stream: true as well', async () => {
    await server.configure({ neverStreams: true, next: ['truncated'] });
    const { answer, failures, deltas } = await ask(quickModel(server.baseURL), requestFor('Say it.'));
    expect(failures).toMatchObject([{ error: { code: 'MODEL_TRUNCATED' } }]);
    expect(JSON.parse(answer.text).output).toContain('Say it.');
    expect(deltas.find(({ part }) => part === 'output')?.text).toContain('Say it.');
  });

  it('may stand in a code fence', async () => {
    await server.rules({ when: '', reply: { raw: '```json\n{"output":"fenced"}\n```' } });
    const { answer, deltas } = await ask(quickModel(server.baseURL), requestFor('Say it.'));
    expect(answer.text).toBe('{"output":"fenced"}');
    expect(deltas.map(({ text }) => text).join('')).toBe('fenced');
  });

  it.each(['"text"', '[1]', '{}', '42', '{"output":"\\ud800"}', '{"output":1e999}'])('is not %s', async (raw) => {
    await server.rules({ when: '', reply: { raw } });
    const error = await failing(ask(quickModel(server.baseURL, { maxTries: 4 }), requestFor('Say it.')));
    expect(error.failures.map((failure) => failure.error.code)).toEqual(Array(4).fill('MODEL_MALFORMED'));
  });

  it.each([
    [[{ name: 'pay', arguments: '{"amount":' }], 'MODEL_MALFORMED'],
    [[{ name: 'pay', arguments: '[1]' }], 'MODEL_MALFORMED'],
    [[{ name: '', arguments: '{}' }], 'MODEL_MALFORMED'],
  ])('calls no tool like %j', async (toolCalls, code) => {
    await server.rules({ when: '', times: 1, reply: { toolCalls } });
    const { failures } = await ask(quickModel(server.baseURL), requestFor('Pay.', { tools: [pay] }));
    expect(failures).toMatchObject([{ error: { code } }]);
  });

  it('shows output and reasoning as they arrive', async () => {
    await server.rules({ when: '', reply: { output: 'Dear "Ana",\nyes. 🙂', reasoning: 'It is fair.' } });
    await server.configure({ pieces: 40 });
    const { deltas } = await ask(quickModel(server.baseURL), requestFor('Write.'));
    const shown = (part: string) => deltas.filter((delta) => delta.part === part);
    expect(
      shown('output')
        .map(({ text }) => text)
        .join(''),
    ).toBe('Dear "Ana",\nyes. 🙂');
    expect(
      shown('reasoning')
        .map(({ text }) => text)
        .join(''),
    ).toBe('It is fair.');
    expect(shown('output').length).toBeGreaterThan(3);
  });
});

describe('a server without structured answers', () => {
  it('is asked by a tool from then on, for this model', async () => {
    await server.configure({ noJsonSchema: true });
    await server.rules({ when: '', reply: { output: 'by tool' } });
    const model = quickModel(server.baseURL);
    const { answer, failures, deltas } = await ask(model, requestFor('One'));
    await ask(model, requestFor('Two', { tools: [pay] }));
    await ask(model, requestFor('Three', { model: 'another' }));
    expect(failures).toEqual([]);
    expect(JSON.parse(answer.text).output).toBe('by tool');
    expect(answer.toolCalls).toEqual([]);
    expect(
      deltas
        .filter(({ part }) => part === 'output')
        .map(({ text }) => text)
        .join(''),
    ).toBe('by tool');
    const bodies = (await server.requests()).map(({ body }) => body);
    expect(bodies.map((body) => (body.response_format ? 'schema' : 'tool'))).toEqual([
      'schema',
      'tool',
      'tool',
      'schema',
      'tool',
    ]);
    expect(bodies[2]?.tools?.map((tool) => tool.function.name)).toEqual(['pay', 'final_answer']);
    expect(bodies[2]?.tool_choice).toBe('required');
  });

  it('is not asked for tool_choice when it knows none, nor for usage', async () => {
    await server.configure({ noJsonSchema: true, noToolChoice: true, noStreamOptions: true });
    const model = quickModel(server.baseURL);
    const { answer, failures } = await ask(model, requestFor('One'));
    expect(failures).toEqual([]);
    expect(answer.usage).toEqual({ inputTokens: 0, outputTokens: 0 });
    await ask(model, requestFor('Two'));
    const last = (await server.requests()).at(-1)?.body;
    expect([last?.response_format, last?.tool_choice, last?.stream_options]).toEqual([undefined, undefined, undefined]);
  });

  it('is asked in words when it knows no tools either', async () => {
    await server.configure({ noJsonSchema: true, noTools: true });
    await server.rules({ when: 'one JSON object', reply: { raw: '{"output":"in words"}' } });
    const { answer } = await ask(quickModel(server.baseURL), requestFor('One'));
    expect(answer.text).toBe('{"output":"in words"}');
  });

  it('lets other calls win over a final answer given with them', async () => {
    await server.configure({ noJsonSchema: true });
    const toolCalls = [
      { name: 'final_answer', arguments: { output: 'done' } },
      { name: 'pay', arguments: { amount: 1 } },
    ];
    await server.rules({ when: '', reply: { toolCalls } });
    const { answer } = await ask(quickModel(server.baseURL), requestFor('Pay.', { tools: [pay] }));
    expect(answer.text).toBe('');
    expect(answer.toolCalls.map(({ name }) => name)).toEqual(['pay']);
  });

  it('may answer prose, which is accepted at the third time and at once after that', async () => {
    await server.configure({ prose: true });
    const model = quickModel(server.baseURL);
    const { answer, failures } = await ask(model, requestFor('One'));
    expect(failures.map(({ error }) => error.code)).toEqual(['MODEL_MALFORMED', 'MODEL_MALFORMED']);
    expect(answer.text).toMatch(/^Answer \w+ to: One$/);
    const ways = (await server.requests()).map(({ body }) => (body.response_format ? 'schema' : 'tool'));
    expect(ways).toEqual(['schema', 'tool', 'schema']);
    expect((await ask(model, requestFor('Two'))).failures).toEqual([]);
  });

  it('may answer prose once and follow the tool then', async () => {
    await server.rules(
      { when: '', times: 1, reply: { raw: 'Well, let me think.' } },
      { when: '', reply: { output: 'ok' } },
    );
    const { answer, failures } = await ask(quickModel(server.baseURL), requestFor('One'));
    expect(failures).toHaveLength(1);
    expect(JSON.parse(answer.text).output).toBe('ok');
    expect((await server.requests()).at(-1)?.body.tools?.at(-1)?.function.name).toBe('final_answer');
  });
});
