import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorLines } from '../../src/cli/error-lines.ts';
import { argumentLines } from '../../src/cli/hold-text.ts';
import { lineDiff } from '../../src/cli/line-diff.ts';
import { progressLine } from '../../src/cli/progress-lines.ts';
import { table } from '../../src/cli/table.ts';
import { onOneLine, visibleLine, visibleText, visibleValue } from '../../src/cli/visible-text.ts';

describe('text of others in a terminal', () => {
  test.for([
    ['an ANSI escape', '\u001b[2K\u001b[31mred', '<U+001B>[2K<U+001B>[31mred'],
    ['an operating system command', '\u001b]52;c;aGk=\u0007', '<U+001B>]52;c;aGk=<U+0007>'],
    ['an 8-bit control sequence', '\u009b2J', '<U+009B>2J'],
    ['a carriage return that would overwrite', 'pay 1\rpay 9', 'pay 1<U+000D>pay 9'],
    ['a backspace', 'ab\bc', 'ab<U+0008>c'],
    ['right-to-left override', 'moc.\u202eknab', 'moc.<U+202E>knab'],
    ['an isolate', '\u2066x\u2069', '<U+2066>x<U+2069>'],
    ['a zero-width space', 'pay\u200bpal', 'pay<U+200B>pal'],
    ['a zero-width joiner between letters', 'a\u200db', 'a<U+200D>b'],
    ['a byte order mark', '\ufeffx', '<U+FEFF>x'],
    ['a soft hyphen', 'a\u00adb', 'a<U+00AD>b'],
    ['tag characters', 'ok\u{e0041}\u{e0042}', 'ok<U+E0041><U+E0042>'],
    ['a smuggling variation selector', 'a\u{e0100}\ufe01', 'a<U+E0100><U+FE01>'],
    ['a filler', 'a\u3164b', 'a<U+3164>b'],
    ['a line separator', 'a\u2028b', 'a<U+2028>b'],
    ['a lone surrogate', 'a\ud800b', 'a<U+D800>b'],
  ] as const)('%s is written out', ([, given, shown]) => {
    expect(visibleText(given)).toBe(shown);
  });

  test('ordinary text stays as it is: lines, tabs, accents, other scripts, emoji', () => {
    const text = 'Zeile 1\n\tÄpfel, עברית, 日本語, é e\u0301 👩\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3 👍🏽';
    expect(visibleText(text)).toBe(text);
    expect(visibleText('a\r\nb')).toBe('a\nb');
  });

  test('one line is one line', () => {
    expect(visibleLine('a\n\n b\tc\u001b')).toBe('a ⏎ b c<U+001B>');
    expect(visibleLine('x'.repeat(200), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  test('a line end goes with all blanks around it', () => {
    const parts = fc.constantFrom('a', ' ', '\t', '\n', '\r', '\u00a0', '\u2028', '⏎');
    fc.assert(
      fc.property(fc.string({ unit: parts, maxLength: 12 }), (text) => {
        expect(onOneLine(text, ' ⏎ ')).toBe(text.replaceAll(/\s*\n\s*/g, ' ⏎ '));
      }),
      { numRuns: 2_000 },
    );
  });

  test('blanks without end are no work', () => {
    const blanks = ' '.repeat(2_000_000);
    expect(visibleLine(`a${blanks}b`, 3)).toBe('a …');
    expect(visibleLine(`a${blanks}\n${blanks}b`)).toBe('a ⏎ b');
    expect(errorLines(new Error(`a${blanks}b`))).toMatch(/^error: a {2000000}b\n/);
  });

  test('nothing hidden gets through where values are shown', () => {
    const evil = 'a\u001b[1m\u202e';
    const shown = [
      visibleValue({ [evil]: evil }),
      ...argumentLines({ [evil]: evil, nested: { [evil]: [evil] }, text: `line\n${evil}` }),
      ...argumentLines(evil),
      ...table([[evil, evil]]),
      ...lineDiff(evil, `${evil}\nmore`),
      progressLine({ type: 'task.completed', by: evil, data: { task: evil, output: evil, source: 'agent' } }) ?? '',
      progressLine({ type: 'hold.decided', by: evil, data: { verdict: 'reject', reason: evil } }) ?? '',
    ].join('\n');
    expect(shown).not.toContain('\u001b[1m');
    expect(shown).not.toContain('\u202e');
    expect(shown).toContain('<U+202E>');
  });

  test('arguments are a table, and a long text keeps its lines', () => {
    expect(argumentLines({ to: 'ana', amountUsd: 48, items: [1] })).toEqual([
      '  to         "ana"',
      '  amountUsd  48',
      '  items    ',
      '    [',
      '      1',
      '    ]',
    ]);
    expect(argumentLines({})).toEqual(['  (no arguments)']);
  });

  test('a difference is told by lines', () => {
    expect(lineDiff('one\ntwo', 'one\nthree')).toEqual(['  one', '- two', '+ three']);
    expect(lineDiff({ a: 1 }, { a: 2 })).toEqual(['  {', '-   "a": 1', '+   "a": 2', '  }']);
  });
});
