import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerStream } from '../../src/agents/answer-stream.ts';

function shown(pieces: readonly string[], prose = false) {
  const got = { output: '', reasoning: '' };
  const emitted: string[] = [];
  const stream = new AnswerStream(
    (part, text) => {
      got[part] += text;
      emitted.push(text);
    },
    { prose },
  );
  for (const piece of pieces) stream.push(piece);
  return { ...got, emitted };
}

/** The text cut at these places, also within escapes and surrogate pairs. */
function cutAt(text: string, places: readonly number[]): string[] {
  const cuts = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...cuts].map((from, index) => text.slice(from, cuts[index] ?? text.length));
}

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', '\n', '{', '}', ',', ':', '🙂', 'output'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});
const places = fc.array(fc.nat(2000), { maxLength: 40 });
const written = fc.constantFrom(
  (value: unknown) => JSON.stringify(value),
  (value: unknown) => JSON.stringify(value, null, 2),
  (value: unknown) => `\n\`\`\`json\n${JSON.stringify(value)}\n\`\`\``,
  (value: unknown) =>
    JSON.stringify(value).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
);

describe('an answer that is shown while it arrives', () => {
  it('gives the characters of a text output and of the reasoning, however it is cut', () => {
    fc.assert(
      fc.property(
        text,
        text,
        fc.jsonValue(),
        written,
        places,
        fc.boolean(),
        (output, reasoning, extra, write, cuts, swap) => {
          const answer = swap
            ? { reasoning, extra, output, confidence: 0.5 }
            : { confidence: 1, output, extra, reasoning };
          const got = shown(cutAt(write(answer), cuts));
          expect(got.output).toBe(output);
          expect(got.reasoning).toBe(reasoning);
          expect(got.emitted.every((piece) => piece.isWellFormed())).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives the JSON text of any other output', () => {
    const value = fc.jsonValue().filter((json) => typeof json !== 'string');
    fc.assert(
      fc.property(value, text, written, places, (output, reasoning, write, cuts) => {
        const got = shown(cutAt(write({ output, reasoning }), cuts));
        expect(JSON.parse(got.output)).toEqual(JSON.parse(JSON.stringify(output)));
        expect(got.reasoning).toBe(reasoning);
      }),
      { numRuns: 300 },
    );
  });

  it('shows each piece when it comes, not at the end', () => {
    expect(shown(['{"output":"Dear ', 'Ana', ',"}']).emitted).toEqual(['Dear ', 'Ana', ',']);
  });

  it('shows prose only where prose is accepted, and survives anything', () => {
    expect(shown(['Well', ' then'], true).output).toBe('Well then');
    expect(shown(['Well', ' then']).output).toBe('');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.boolean(), (pieces, prose) => void shown(pieces, prose)),
    );
  });
});
