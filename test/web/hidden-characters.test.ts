import { describe, expect, test } from 'vitest';
import { countHidden, plainText, splitHidden, unseenIn } from '../../web/src/hidden-characters.ts';

describe('hidden characters', () => {
  test.each([
    ['zero-width space', 'a\u200bb', 'U+200B'],
    ['right-to-left override', 'a\u202eb', 'U+202E'],
    ['isolate', 'a\u2066b', 'U+2066'],
    ['tag', 'a\u{e0041}b', 'U+E0041'],
    ['variation selector', 'a\u{e0101}b', 'U+E0101'],
    ['variation selector on a letter', 'a\ufe0fb', 'U+FE0F'],
    ['soft hyphen', 'a\u00adb', 'U+00AD'],
    ['word joiner', 'a\u2060b', 'U+2060'],
    ['byte order mark', 'a\ufeffb', 'U+FEFF'],
    ['null', 'a\u0000b', 'U+0000'],
    ['escape', 'a\u001bb', 'U+001B'],
    ['carriage return', 'a\rb', 'U+000D'],
    ['line separator', 'a\u2028b', 'U+2028'],
    ['Hangul filler', 'a\u3164b', 'U+3164'],
    ['blank Braille', 'a\u2800b', 'U+2800'],
    ['lone surrogate', 'a\ud800b', 'U+D800'],
    ['private use', 'a\ue000b', 'U+E000'],
    ['noncharacter', 'a\uffffb', 'U+FFFF'],
    ['joiner between letters', 'a\u200db', 'U+200D'],
  ])('marks a %s in its place', (_name, text, code) => {
    expect(splitHidden(text)).toEqual([
      { type: 'text', text: 'a' },
      { type: 'hidden', code, name: expect.any(String), count: 1 },
      { type: 'text', text: 'b' },
    ]);
  });

  test.each(['two lines\n\tand a tab', 'Grüße, 日本語, עברית, العربية', '👩‍💻 ❤️ 👍🏽', '\u0600١٢'])(
    'leaves what is seen: %j',
    (text) => {
      expect(splitHidden(text)).toEqual([{ type: 'text', text }]);
    },
  );

  test('says which letter a tag stands for', () => {
    expect(splitHidden('\u{e0078}')).toEqual([{ type: 'hidden', code: 'U+E0078', name: 'tag "x"', count: 1 }]);
  });

  test('counts in values and in the names of members', () => {
    expect(countHidden('\u200b\u200b')).toBe(2);
    expect(unseenIn({ 'a\u200b': ['\u202e', { b: 'c\u2060' }], d: 1, e: null }).hidden).toBe(3);
  });

  test('writes them out where there is no markup', () => {
    expect(plainText('Refund\u202e on 81-A')).toBe('Refund[U+202E] on 81-A');
  });

  test('tells a run as one mark, so that marks are no padding themselves', () => {
    expect(splitHidden('\u200b'.repeat(500))).toMatchObject([{ code: 'U+200B', count: 500 }]);
    expect(
      splitHidden(String.fromCodePoint(...[...'pay now'].map((letter) => 0xe0000 + letter.charCodeAt(0)))),
    ).toMatchObject([{ code: 'tags "pay now"', count: 7 }]);
    expect(splitHidden('\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06')).toMatchObject([
      { code: 'U+FE00 to U+FE06', count: 7 },
    ]);
    expect(plainText('a\u200b\u200b')).toBe('a[U+200B ×2]');
  });

  test.each([
    ['line breaks', `a${'\n \n'.repeat(200)}b`, '400 line breaks'],
    ['blanks', `a${' \u00a0'.repeat(600)}b`, '1,200 blanks'],
    ['marks that would cover the lines around', `a${'\u0301'.repeat(60)}b`, '60 marks on one letter'],
  ])('shortens %s that would push what follows out of view', (_name, text, words) => {
    expect(splitHidden(text)).toEqual([
      { type: 'text', text: 'a' },
      { type: 'padding', words },
      { type: 'text', text: 'b' },
    ]);
  });
});
