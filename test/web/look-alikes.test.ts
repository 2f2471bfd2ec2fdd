import { expect, test } from 'vitest';
import { plainText, splitHidden, unseenIn } from '../../web/src/hidden-characters.ts';
import { lookAlikesIn } from '../../web/src/look-alikes.ts';

const marked = (text: string) => {
  const characters = [...text];
  return [...lookAlikesIn(characters)].map((index) => characters[index]).join('');
};

test.each([
  ['Cyrillic in a Latin word', 'p\u0430yp\u0430l.com', '\u0430\u0430'],
  ['a whole word that could be Latin, in a Latin text', '\u0421\u0415\u041e approves', '\u0421\u0415\u041e'],
  ['Greek', 'g\u03bf\u03bfgle', '\u03bf\u03bf'],
  ['mathematical letters', '\u{1d400}pprove', '\u{1d400}'],
  ['full-width letters', 'ＯＫ to pay', 'ＯＫ'],
])('marks %s', (_name, text, letters) => {
  expect(marked(text)).toBe(letters);
});

test.each([
  'Привет, это сор, и only one Latin word',
  'α-helix, 10 kΩ, Δt, µm, NFκB, TNFα',
  'résumé, Ærøskøbing, ª, º, x², ½, ™',
  '請求書 １２３ ABC',
  'ορος',
])('leaves %j as it is', (text) => {
  expect(marked(text)).toBe('');
});

test('a look-alike stays readable, and is counted', () => {
  expect(splitHidden('p\u0430y')[1]).toMatchObject({ type: 'alike', text: '\u0430', code: 'U+0430' });
  expect(plainText('p\u0430y')).toBe('p\u0430y');
  expect(unseenIn(['p\u0430y', '\u200b', '\n'.repeat(9)])).toEqual({ hidden: 1, alike: 1, padding: 1 });
});
