import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew } from '../../src/index.ts';
import { answer, openDesk } from '../support/desk.ts';

const agents = { writer: { role: 'Writer', goal: 'Write' } };
const said: string[] = [];
function say<R>(what: string, result: R): R {
  said.push(what);
  return result;
}
const fails = (): never => {
  throw new Error('boom');
};

describe('gates', () => {
  test('run in order: schema, guardrail, afterTask, escalateIf, confidence; each only after the one before is content', async () => {
    said.length = 0;
    const crew = defineCrew({
      name: 'gated',
      agents,
      hooks: { afterTask: () => void said.push('afterTask') },
      tasks: {
        write: {
          agent: 'writer',
          description: 'Write',
          output: z.strictObject({ text: z.string() }),
          guardrails: [({ output }) => say('guardrail', output.text.length > 3 || 'too short')],
          escalateIf: () => say('escalateIf', false),
          confidence: () => say('confidence', 0.5),
          minConfidence: 0.8,
          confirm: { after: { when: ({ confidence }) => say(`confirm ${confidence}`, true) } },
        },
      },
    });
    await using desk = await openDesk(crew, [answer({ wrong: 1 }), answer({ text: 'ab' }), answer({ text: 'abcd' })]);
    const run = await desk.startAndSettle();
    expect(said).toEqual(['guardrail', 'guardrail', 'afterTask', 'escalateIf', 'confidence', 'confirm 0.5']);
    const hold = await desk.only(run);
    expect(hold).toMatchObject({
      kind: 'after',
      proposal: { text: 'abcd' },
      confidence: 0.5,
      reasons: [{ code: 'low-confidence', detail: 'Confidence 0.5 is below 0.8.' }, { code: 'confirm' }],
    });
    const revised = await desk.eventsOfType(run, 'task.revised');
    expect(revised.map(({ data }) => data.cause)).toEqual(['schema', 'guardrail']);
    expect(JSON.stringify(desk.model.requests[1]?.messages)).toContain('text');
    expect(JSON.stringify(desk.model.requests[2]?.messages)).toContain('too short');
    await desk.approve(hold);
    expect(await desk.settled(run)).toMatchObject({ status: 'completed', outputs: { write: { text: 'abcd' } } });
  });

  test('a missing confidence counts as below any threshold', async () => {
    const crew = defineCrew({
      name: 'unsure',
      agents,
      tasks: { write: { agent: 'writer', description: 'Write', minConfidence: 0 } },
    });
    const model = {
      type: 'model' as const,
      name: 'prose',
      respond: async () => ({
        model: 'prose',
        text: 'just prose',
        toolCalls: [],
        usage: { inputTokens: 1, outputTokens: 1 },
      }),
    };
    await using desk = await openDesk(crew, [], { model });
    const run = await desk.startAndSettle();
    expect(await desk.only(run)).toMatchObject({
      confidence: null,
      proposal: 'just prose',
      reasons: [{ code: 'low-confidence' }],
    });
  });

  test.each([
    ['confidence', { confidence: fails }, 'after', 'low-confidence'],
    [
      'confidence out of range, with a threshold',
      { confidence: (): number => 7, minConfidence: 0.5 },
      'after',
      'low-confidence',
    ],
    ['confirm.when', { confirm: { after: { when: fails } } }, 'after', 'confirm'],
    ['confirm.before.when', { confirm: { before: { when: fails } } }, 'before', 'confirm'],
    ['escalateIf', { escalateIf: fails }, 'escalation', 'escalation'],
    ['escalateIf with a reason', { escalateIf: () => 'ask somebody' }, 'escalation', 'escalation'],
    ['when', { when: fails }, 'escalation', 'escalation'],
    ['description', { description: fails }, 'escalation', 'escalation'],
    ['a guardrail', { guardrails: [fails], maxRetries: 0 }, 'escalation', 'guardrail'],
    ['a guardrail with another answer', { guardrails: [() => 1 as never], maxRetries: 0 }, 'escalation', 'guardrail'],
  ])('%s that fails holds or escalates, and never passes', async (_name, given, kind, code) => {
    const crew = defineCrew({
      name: 'failing',
      agents,
      tasks: { write: { agent: 'writer', description: 'Write', ...given } as { agent: 'writer'; description: string } },
    });
    await using desk = await openDesk(crew, [answer('text')]);
    const run = await desk.startAndSettle();
    expect(await desk.only(run)).toMatchObject({ kind, reasons: [{ code }] });
  });

  test('a model that only fails transport uses no retries; the run asks a person', async () => {
    const crew = defineCrew({ name: 'offline', agents, tasks: { write: { agent: 'writer', description: 'Write' } } });
    await using desk = await openDesk(crew, []);
    const run = await desk.startAndSettle();
    expect(await desk.only(run)).toMatchObject({
      kind: 'escalation',
      proposal: { error: { code: 'SCRIPT_EXHAUSTED' } },
    });
  });
});
