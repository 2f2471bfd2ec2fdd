import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkAnswer } from '../../src/agents/answer-check.ts';
import { AnswerDraft } from '../../src/agents/answer-draft.ts';
import { unfence } from '../../src/agents/unfence.ts';

/** What it is, said shortly: too slow for a text that somebody else wrote. */
const FENCED = /^```(?:json)?\s*([\s\S]*?)\s*```$/i;

const PARTS = ['```', '`', 'json', 'JSON', 'js', 'on', 'ſ', ' ', '\n', '\r\n', '\u00a0', '\u2028', '\uFEFF', '{}', 'x'];

test('takes off what the expression takes off, and nothing else', () => {
  const fence = fc.constantFrom('', '```', '```json', '```JSON', '``');
  const inside = fc.array(fc.constantFrom(...PARTS), { maxLength: 6 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fence, inside, fence, (before, text, after) => {
      const given = before + text + after;
      expect(unfence(given)).toBe(FENCED.exec(given)?.[1] ?? given);
    }),
    { numRuns: 5_000 },
  );
});

function checked(content: string) {
  const draft = new AnswerDraft(null, { prose: false });
  draft.add({ choices: [{ delta: { content }, finish_reason: 'stop' }] });
  return checkAnswer(draft, { model: 'small', acceptProse: false, position: 0 }).answer.text;
}

test('an answer of blanks is no work: a fence that never ends, one that does, blanks within', () => {
  const blanks = ' \n'.repeat(100_000);
  const whole = `{"output":"${' '.repeat(200_000)}"}`;
  expect(() => checked(`\`\`\`${blanks}x`)).toThrow(expect.objectContaining({ code: 'MODEL_MALFORMED' }));
  expect(() => checked(`\`\`\`json${blanks}\`\`\`${blanks}x`)).toThrow(
    expect.objectContaining({ code: 'MODEL_MALFORMED' }),
  );
  expect(checked(`\`\`\`json${blanks}${whole}${blanks}\`\`\``)).toBe(whole);
});
