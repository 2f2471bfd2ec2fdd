import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rehearsalModel } from '../../src/agents/rehearsal-model.ts';
import { valueFor } from '../../src/agents/rehearsal-value.ts';
import type { Message, ModelRequest } from '../../src/crew/model.ts';
import type { Json } from '../../src/json/json.ts';
import { answerSchema, ask, requestFor } from './asking.ts';

const PROMPT = 'Task: assess\n\nAssess this ticket: the box came empty.\nExpected: a verdict.';
const jsonSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'output' }) as { [key: string]: Json };
const tool = (name: string, input: z.ZodType) => ({ name, description: name, input: jsonSchema(input) });

async function outputOf(request: ModelRequest, script = {}): Promise<unknown> {
  const { answer } = await ask(rehearsalModel({ script }), request);
  return JSON.parse(answer.text).output;
}

function continued(request: ModelRequest, ...messages: Message[]): ModelRequest {
  return { ...request, messages: [...request.messages, ...messages] };
}

const Tree: z.ZodType = z.strictObject({
  name: z.string(),
  get children() {
    return z.array(Tree);
  },
});

const SCHEMAS: [string, z.ZodType][] = [
  ['text', z.string()],
  ['a short text', z.string().min(3).max(8)],
  ['a long text', z.string().min(400)],
  [
    'formats',
    z.strictObject({
      email: z.email(),
      url: z.url(),
      uuid: z.uuid(),
      date: z.iso.date(),
      at: z.iso.datetime(),
      time: z.iso.time(),
      duration: z.iso.duration(),
      v4: z.ipv4(),
      v6: z.ipv6(),
      cidr: z.cidrv4(),
      cuid2: z.cuid2(),
      ulid: z.ulid(),
      nanoid: z.nanoid(),
      base64: z.base64(),
      phone: z.e164(),
      cuid: z.cuid(),
      xid: z.xid(),
      ksuid: z.ksuid(),
      emoji: z.emoji(),
    }),
  ],
  [
    'patterns',
    z.strictObject({
      order: z.string().regex(/^ord_[0-9a-f]{8}$/),
      sku: z.string().regex(/^[A-Z]{2,3}-\d+(?:\.\d{2})?$/),
      starts: z.string().startsWith('INV-'),
      ends: z.string().endsWith('.pdf'),
      both: z.string().startsWith('a/').includes('b'),
      either: z.string().regex(/^(?:low|high)$/),
      word: z.string().regex(/^\p{Lu}\w*$/u),
    }),
  ],
  [
    'numbers',
    z.strictObject({
      plain: z.number(),
      int: z.int(),
      positive: z.number().positive(),
      small: z.number().gt(0).lt(0.1),
      share: z.number().min(0).max(1),
      negative: z.number().negative(),
      big: z.int().min(1000),
      step: z.number().multipleOf(0.25),
      even: z.int().multipleOf(7).min(100),
      between: z.int().gt(3).lt(5),
    }),
  ],
  [
    'choices',
    z.strictObject({
      one: z.enum(['low', 'high']),
      fixed: z.literal('ok'),
      maybe: z.string().nullable(),
      or: z.union([z.int(), z.string()]),
      kind: z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('a'), n: z.int() }),
        z.strictObject({ type: z.literal('b') }),
      ]),
      nothing: z.null(),
    }),
  ],
  [
    'lists',
    z.strictObject({
      some: z.array(z.strictObject({ a: z.string() })),
      three: z.array(z.int()).min(3),
      few: z.array(z.string()).max(2),
      pair: z.tuple([z.string(), z.number()]),
      none: z.array(z.string()).max(0),
    }),
  ],
  [
    'records',
    z.strictObject({
      free: z.record(z.string(), z.number()),
      listed: z.record(z.enum(['a', 'b']), z.boolean()),
      partial: z.partialRecord(z.enum(['x', 'y']), z.int()),
      loose: z.looseObject({ a: z.string() }),
      ids: z.record(z.string().regex(/^id_\d+$/), z.string()),
    }),
  ],
  [
    'defaults and options',
    z.strictObject({
      d: z.string().default('as given'),
      o: z.string().optional(),
      both: z.int().optional().default(3),
    }),
  ],
  ['an intersection', z.intersection(z.object({ a: z.string() }), z.object({ b: z.int() }))],
  ['something that refers to itself', Tree],
  ['anything', z.strictObject({ any: z.unknown(), json: z.json() })],
  ['a hostile name', z.strictObject({ constructor: z.string(), toString: z.int() })],
];

describe('the rehearsal model', () => {
  it.each(SCHEMAS)('fills %s validly, the same each time', async (_name, schema) => {
    const request = requestFor(PROMPT, { answer: answerSchema(schema) });
    const output = await outputOf(request);
    expect(schema.safeParse(output).error?.issues).toBeUndefined();
    expect(await outputOf(request)).toEqual(output);
  });

  it('fills any bounds on numbers and texts', () => {
    const bounds = fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 0, max: 1e6 }));
    fc.assert(
      fc.property(bounds, fc.boolean(), fc.boolean(), ([low, span], openLow, openHigh) => {
        const high = low + span + 2;
        const schemas = [z.number(), z.int()].map((base) => {
          const from = openLow ? base.gt(low) : base.min(low);
          return openHigh ? from.lt(high) : from.max(high);
        });
        for (const schema of schemas)
          expect(schema.safeParse(valueFor(jsonSchema(schema), () => '')).success).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.string({ unit: 'binary' }), (least, more, wanted) => {
        const schema = z
          .string()
          .min(least)
          .max(least + more);
        expect(schema.safeParse(valueFor(jsonSchema(schema), () => wanted)).success).toBe(true);
      }),
    );
  });

  it('says what its texts stand for', async () => {
    expect(await outputOf(requestFor(PROMPT))).toBe(
      'Rehearsed draft for task assess: Assess this ticket: the box came empty.',
    );
    const answer = answerSchema(z.strictObject({ why: z.string() }));
    expect(await outputOf(requestFor(PROMPT, { answer }))).toEqual({ why: 'Rehearsed why for task assess' });
  });

  it('calls each tool once, in order, validly, and then answers', async () => {
    const pay = z.strictObject({ to: z.string(), amount: z.number().positive() });
    const tools = [tool('search', z.strictObject({ query: z.string() })), tool('pay', pay)];
    let request = requestFor(PROMPT, { tools });
    const said: string[] = [];
    for (let step = 0; step < 3; step++) {
      const { answer } = await ask(rehearsalModel(), request);
      const [call] = answer.toolCalls;
      said.push(call ? call.name : 'answer');
      if (call?.name === 'pay') pay.parse(JSON.parse(call.arguments));
      if (!call) break;
      request = continued(
        request,
        { role: 'assistant', text: '', toolCalls: answer.toolCalls },
        { role: 'tool', callId: call.id, text: 'Refused.' },
      );
    }
    expect(said).toEqual(['search', 'pay', 'answer']);
  });

  it('revises visibly and quotes the complaint', async () => {
    const said = { role: 'user' as const, text: 'Rejected by ana: too long,\nsay less.' };
    const request = continued(requestFor(PROMPT), { role: 'assistant', text: '{}', toolCalls: [] }, said);
    const first = await outputOf(requestFor(PROMPT));
    expect(await outputOf(request)).toBe(`${first}\n\nRevised after: "Rejected by ana: too long, say less."`);
    const answer = answerSchema(z.strictObject({ why: z.string() }));
    expect(await outputOf({ ...request, answer })).toEqual({ why: expect.stringContaining('too long') });
  });

  it('streams what it answers, in pieces', async () => {
    const { deltas, answer } = await ask(rehearsalModel(), requestFor(PROMPT));
    const output = deltas.filter(({ part }) => part === 'output');
    expect(output.map(({ text }) => text).join('')).toBe(JSON.parse(answer.text).output);
    expect(output.length).toBeGreaterThan(1);
  });

  it('follows a script: steps by place, answers after the tools, functions asked', async () => {
    const tools = [tool('pay', z.strictObject({ amount: z.int() }))];
    const request = requestFor(PROMPT, { tools });
    const steps = [{ call: { tool: 'pay', input: { amount: 120 } } }, { output: 'Paid.', confidence: 0.4 }];
    const model = rehearsalModel({ script: { assess: steps } });
    const { answer: first } = await ask(model, request);
    expect(first.toolCalls).toMatchObject([{ name: 'pay', arguments: '{"amount":120}' }]);
    const then = continued(request, { role: 'assistant', text: '', toolCalls: first.toolCalls });
    const { answer: second } = await ask(model, then);
    expect(JSON.parse(second.text)).toMatchObject({ output: 'Paid.', confidence: 0.4 });
    const more = continued(
      then,
      { role: 'assistant', text: second.text, toolCalls: [] },
      { role: 'user', text: 'Say why.' },
    );
    expect(await outputOf(more, { assess: steps })).toBe('Paid.\n\nRevised after: "Say why."');
    expect(await outputOf(then, { assess: 'Just this.' })).toBe('Just this.');
    expect(await outputOf(then, { assess: ({ messages }: ModelRequest) => messages.length })).toBe(3);
    expect(await outputOf(requestFor(PROMPT), { another: 'x', assess: () => undefined })).toContain('Rehearsed draft');
  });

  it('stops when aborted', async () => {
    await expect(
      ask(rehearsalModel(), requestFor(PROMPT), { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});
