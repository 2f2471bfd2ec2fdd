import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool, isTool, toolDefinition } from '../../src/crew/define-tool.ts';
import { issuesOf } from '../support/config-issues.ts';
import { issueRefund } from '../support/refund-desk.ts';

const lookUp = {
  name: 'look_up',
  description: 'Look an order up.',
  input: z.strictObject({ id: z.string() }),
  tier: 'automatic',
  execute: () => 'found',
} as const;

/** As a JavaScript caller writes it: without the types that would refuse it first. */
const define = defineTool as unknown as (config: unknown) => ReturnType<typeof defineTool>;
const refused = (changes: object) => issuesOf('TOOL_INVALID', () => define({ ...lookUp, ...changes }));

describe('a tool', () => {
  it('has the defaults of the documentation', () => {
    const tool = defineTool(lookUp);
    expect(tool).toMatchObject({ type: 'tool', name: 'look_up' });
    expect(toolDefinition(tool)).toMatchObject({
      tier: 'automatic',
      impact: null,
      minConfidence: null,
      review: null,
      idempotent: false,
      timeoutMs: 30_000,
      undo: null,
      undoWindowMs: 600_000,
    });
    expect(toolDefinition(tool).output.safeParse('text').success).toBe(true);
    expect(toolDefinition(tool).output.safeParse(1).success).toBe(false);
  });

  it('keeps what is written', () => {
    const definition = toolDefinition(issueRefund);
    expect(definition).toMatchObject({ name: 'issue_refund', idempotent: true, timeoutMs: 30_000 });
    expect(definition.impact?.({ orderId: 'o1', amountUsd: 5 })).toEqual({
      summary: 'Refund $5 on o1',
      target: 'o1',
      amount: 5,
    });
    expect(toolDefinition(defineTool({ ...lookUp, timeout: '5m', undoWindow: '1h' }))).toMatchObject({
      timeoutMs: 300_000,
      undoWindowMs: 3_600_000,
    });
  });

  it('is known to another copy of the package by its registered key', () => {
    const tool = defineTool(lookUp);
    expect(Object.getOwnPropertySymbols(tool)).toEqual([Symbol.for('holdpoint.tool')]);
    expect(isTool({ [Symbol.for('holdpoint.tool')]: toolDefinition(tool) })).toBe(true);
    expect(isTool({ ...lookUp })).toBe(false);
    expect(() => toolDefinition({ ...lookUp } as never)).toThrow('Make it with defineTool');
  });
});

describe('a tool is refused', () => {
  it('without a tier, which nobody may guess', () => {
    const issues = refused({ tier: undefined });
    expect(issues).toEqual([
      { path: 'tier', message: expect.stringContaining("'automatic', 'supervised', 'approval'") },
    ]);
  });

  it.each([
    ['a tier that is none', { tier: 'aproval' }, 'tier', 'Did you mean "approval"?'],
    ['a misspelt key', { timout: '3s' }, 'timout', 'Did you mean "timeout"?'],
    ['a supervised tier without undo', { tier: 'supervised' }, 'undo', 'Add `undo`'],
    ['a reserved name', { name: 'ask_human' }, 'name', 'Choose another name'],
    ['the other reserved name', { name: 'final_answer' }, 'name', 'Choose another name'],
    ['a name with a space', { name: 'look up' }, 'name', 'Write a letter, then letters, digits'],
    ['a name that models do not take', { name: 'a'.repeat(65) }, 'name', 'at most 64'],
    ['a name of JavaScript', { name: 'constructor' }, 'name', 'Choose another name'],
    ['no description', { description: ' ' }, 'description', 'Write a text'],
    ['no execute', { execute: undefined }, 'execute', 'Write a function'],
    ['a confidence over 1', { minConfidence: 80 }, 'minConfidence', 'at most 1'],
    ['a length of time in words', { timeout: '30 seconds' }, 'timeout', "such as '30s'"],
    ['no time at all', { timeout: '0s' }, 'timeout', 'longer than 0'],
    ['a quorum of 0', { review: { quorum: 0 } }, 'review.quorum', 'at least 1'],
    ['a misspelt key of its policy', { review: { quorm: 2 } }, 'review.quorm', 'Did you mean "quorum"?'],
    ['consent by silence', { review: { onExpire: 'approve' } }, 'review.onExpire', 'Silence never approves'],
    ['a reviewer without a kind', { review: { reviewers: ['ana'] } }, 'review.reviewers[0]', "'user:ana'"],
    [
      'more approvals than named people can give',
      { review: { reviewers: ['user:ana'], quorum: 2 } },
      'review.quorum',
      'name more people',
    ],
    ['an input that is no schema', { input: { id: 'string' } }, 'input', 'z.strictObject'],
    ['an input without names', { input: z.string() }, 'input', 'named arguments'],
  ])('for %s', (_, changes, path, remedy) => {
    expect(refused(changes)).toEqual([{ path, message: expect.stringContaining(remedy) }]);
  });

  it('with all its mistakes at once, in one message', () => {
    const config = { ...lookUp, tier: 'humn', timout: '3s', input: z.strictObject({ at: z.date() }) };
    expect(
      issuesOf('TOOL_INVALID', () => define(config))
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['input.at', 'tier', 'timout']);
    expect(() => define(config)).toThrow(/^Tool "look_up" has 3 mistakes\.\n {2}.*Did you mean "human"\?/);
    expect(() => define('look_up')).toThrow('Write an object');
  });
});

describe('the schemas of a tool', () => {
  const input = (id: z.ZodType) => refused({ input: z.strictObject({ order: z.strictObject({ id }) }) });

  it.each([
    ['a transform', z.string().transform(Number)],
    ['a pipe', z.pipe(z.string(), z.string())],
    ['a preprocess', z.preprocess(String, z.string())],
    ['a codec', z.codec(z.string(), z.number(), { decode: Number, encode: String })],
    ['a string read as a boolean', z.stringbool()],
    ['a transform inside a list', z.array(z.string().transform(Number)).optional()],
    ['a transform inside a union', z.union([z.string(), z.number().transform(String)])],
    ['a transform inside a record', z.record(z.string(), z.number().transform(String))],
    ['a transform inside a tuple', z.tuple([z.string()]).rest(z.number().transform(String))],
    ['a transform behind a default', z.string().transform(Number).default(1)],
    ['a transform behind a lazy schema', z.lazy(() => z.string().transform(Number))],
    ['a transform in an intersection', z.intersection(z.string(), z.string().transform(String))],
  ])('are refused with %s', (_, schema) => {
    const [issue] = input(schema);
    expect(issue?.path).toMatch(/^input\.order\.id/);
    expect(issue?.message).toContain('never parsed again');
  });

  it.each([
    ['dates', z.date(), 'z.iso.datetime()'],
    ['bigints', z.bigint(), 'z.int()'],
    ['maps', z.map(z.string(), z.string()), 'z.record()'],
    ['undefined', z.undefined(), '.optional()'],
    ['classes', z.instanceof(URL), 'type that JSON has'],
    ['promises', z.promise(z.string()), 'type of the value itself'],
    ['literals that JSON has not', z.literal(1n), 'types that JSON has'],
  ])('are refused with %s', (_, schema, remedy) => {
    expect(input(schema)[0]?.message).toContain(remedy);
  });

  it('are refused with a default that changes, which would look like a changed crew', () => {
    const issues = refused({ input: z.strictObject({ id: z.string().default(() => crypto.randomUUID()) }) });
    expect(issues).toEqual([{ path: 'input', message: expect.stringContaining('default constant') }]);
  });

  it('are refused in the output too', () => {
    const output = z.strictObject({ cents: z.string().transform(Number) });
    expect(refused({ output })).toEqual([{ path: 'output.cents', message: expect.stringContaining('Transforms') }]);
  });

  it('may have defaults, checks, trims, brands, and refer to themselves', () => {
    const Tree: z.ZodType = z.strictObject({ name: z.string(), children: z.array(z.lazy(() => Tree)) });
    const schema = z
      .strictObject({
        note: z.string().trim().default(''),
        amount: z.coerce.number().positive().brand<'Amount'>(),
        when: z.iso.datetime().nullable(),
        tree: Tree,
        any: z.json(),
        kind: z.discriminatedUnion('type', [z.strictObject({ type: z.literal('a') })]),
      })
      .refine(() => true);
    expect(() => define({ ...lookUp, input: schema })).not.toThrow();
  });
});
