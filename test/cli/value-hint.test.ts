import { expect, test } from 'vitest';
import { valueHint } from '../../src/cli/value-hint.ts';
import type { Hold } from '../../src/hooks/hold.ts';

const hintOf = (hold: object) =>
  valueHint({ allowed: ['respond'], schema: null, proposal: {}, ...hold } as unknown as Hold);

test('what a hold takes as an answer is said as it is written in a shell', () => {
  const schema = { properties: { choice: { enum: ['retry', 'use', 'skip', 'fail'] } } };
  expect(hintOf({ kind: 'escalation', schema })).toBe(
    `'{"choice":"retry"}', or "use" (with a "value"), "skip", "fail"`,
  );
  expect(hintOf({ kind: 'run' })).toBe(`'{"choice":"retry"}', or "fail"`);
  expect(hintOf({ kind: 'question', proposal: { question: 'Which?', options: ['visa', 'master'] } })).toBe(
    `'"visa"', or "master"`,
  );
  expect(hintOf({ kind: 'question', proposal: { question: 'Which?' } })).toBe(`'"your answer"'`);
  const human = { kind: 'human', allowed: ['respond', 'reject'], schema: { properties: { id: { type: 'string' } } } };
  expect(hintOf(human)).toBe('JSON of the result: {"id":{"type":"string"}}');
  expect(hintOf({ kind: 'after', allowed: ['approve'] })).toBeNull();
});
