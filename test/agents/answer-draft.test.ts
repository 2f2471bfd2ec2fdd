import { describe, expect, it } from 'vitest';
import { checkAnswer } from '../../src/agents/answer-check.ts';
import { AnswerDraft } from '../../src/agents/answer-draft.ts';
import type { Piece, ToolCallPiece } from '../../src/agents/openai-stream.ts';

const OPTIONS = { model: 'small', acceptProse: false, position: 4 };

function check(...pieces: Piece[]) {
  const draft = new AnswerDraft(null, { prose: false });
  for (const piece of pieces) draft.add(piece);
  return checkAnswer(draft, OPTIONS).answer;
}

const said = (content: string, finish: string | null = null): Piece => ({
  choices: [{ delta: { content }, finish_reason: finish }],
});
const calling = (...calls: ToolCallPiece[]): Piece => ({ choices: [{ delta: { tool_calls: calls } }] });
const end: Piece = { choices: [{ delta: {}, finish_reason: 'tool_calls' }] };
const piece = (given: string, more: Omit<ToolCallPiece, 'function'> = {}, name?: string): ToolCallPiece => ({
  ...more,
  function: { arguments: given, ...(name === undefined ? {} : { name }) },
});

describe('an answer put together from pieces', () => {
  it('is truncated without a finish reason, however whole it looks', () => {
    expect(() => check(said('{"output":"all there"}'))).toThrow(expect.objectContaining({ code: 'MODEL_TRUNCATED' }));
    expect(check(said('{"output":"all there"}', 'stop')).text).toBe('{"output":"all there"}');
  });

  it('is a refusal when the model says so', () => {
    const refusing: Piece = { choices: [{ delta: { refusal: 'I will not.' }, finish_reason: 'stop' }] };
    expect(() => check(refusing)).toThrow(expect.objectContaining({ code: 'MODEL_REFUSED', again: 'once' }));
  });

  it('is empty when it is only space', () => {
    expect(() => check(said(' \n', 'stop'))).toThrow(expect.objectContaining({ code: 'MODEL_EMPTY' }));
  });

  it.each<[string, Piece[]]>([
    [
      'numbered',
      [
        calling(piece('', { index: 0, id: 'x' }, 'a'), piece('', { index: 1, id: 'y' }, 'b')),
        calling(piece('{"n"', { index: 1 })),
        calling(piece('{"n":1}', { index: 0 })),
        calling(piece(':2}', { index: 1 })),
      ],
    ],
    [
      'all numbered 0',
      [
        calling(piece('{"n":1}', { index: 0, id: 'x' }, 'a')),
        calling(piece('{"n"', { index: 0, id: 'y' }, 'b')),
        calling(piece(':2}', { index: 0 })),
      ],
    ],
    [
      'not numbered',
      [calling(piece('{"n":1}', { id: 'x' }, 'a')), calling(piece('{"n"', { id: 'y' }, 'b')), calling(piece(':2}'))],
    ],
    [
      'with id and name on every piece',
      [
        calling(piece('{"n"', { index: 0, id: 'x' }, 'a')),
        calling(piece(':1}', { index: 0, id: 'x' }, 'a')),
        calling(piece('{"n":2}', { index: 1, id: 'y' }, 'b')),
      ],
    ],
  ])('keeps calls apart that come %s', (_how, pieces) => {
    expect(check(...pieces, end).toolCalls).toEqual([
      { id: 'x', name: 'a', arguments: '{"n":1}' },
      { id: 'y', name: 'b', arguments: '{"n":2}' },
    ]);
  });

  it('gives calls without ids, or with the same, ids of their own', () => {
    const message = {
      tool_calls: [
        piece('', {}, 'a'),
        piece('{}', { id: 'x' }, 'b'),
        { id: 'x', function: { name: 'c', arguments: { n: 1 } } },
      ],
    };
    expect(check({ choices: [{ message, finish_reason: 'tool_calls' }] }).toolCalls).toEqual([
      { id: 'call_4_1', name: 'a', arguments: '{}' },
      { id: 'x', name: 'b', arguments: '{}' },
      { id: 'call_4_3', name: 'c', arguments: '{"n":1}' },
    ]);
  });

  it('shows what a model says it thinks as reasoning', () => {
    const shown: string[] = [];
    const draft = new AnswerDraft((part, text) => shown.push(`${part}: ${text}`), { prose: false });
    draft.add({ choices: [{ delta: { reasoning_content: 'Hm.' } }] });
    draft.add(said('{"output":"Yes."}', 'stop'));
    expect(shown).toEqual(['reasoning: Hm.', 'output: Yes.']);
  });
});
