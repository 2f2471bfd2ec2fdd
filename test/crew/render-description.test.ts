import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeholdersOf, renderDescription } from '../../src/crew/render-description.ts';

describe('a description template', () => {
  it('takes texts as they are and other values as JSON', () => {
    const inputs = { topic: 'AI "agents"', limit: 3, tags: ['a', 'b'], none: null, deep: { x: true } };
    expect(renderDescription('{topic}, {limit}, {tags}, {none}, {deep}, {topic}', inputs)).toBe(
      'AI "agents", 3, ["a","b"], null, {"x":true}, AI "agents"',
    );
  });

  it('does not fill what was filled in', () => {
    expect(renderDescription('{a} {b}', { a: '{b} $&', b: 'x' })).toBe('{b} $& x');
  });

  it('leaves other text in braces alone', () => {
    const template = 'Answer {"id": 1}, {}, { topic }, {1} for {topic}';
    expect(renderDescription(template, { topic: 'x' })).toBe('Answer {"id": 1}, {}, { topic }, {1} for x');
    expect(placeholdersOf(template)).toEqual(['topic']);
  });

  it('leaves an absent input out, and what objects inherit', () => {
    expect(renderDescription('[{note}] [{toString}] [{constructor}]', {})).toBe('[] [] []');
  });

  it('fills nothing from inputs without keys', () => {
    expect(renderDescription('{a}', 'a')).toBe('{a}');
    expect(renderDescription('{length}', ['a'])).toBe('{length}');
    expect(renderDescription('{a}', null)).toBe('{a}');
  });

  it('names each placeholder once, and fills each of them', () => {
    const key = fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/);
    fc.assert(
      fc.property(fc.array(key), fc.string(), (keys, value) => {
        const template = keys.map((name) => `<{${name}}>`).join(' ');
        expect(placeholdersOf(template)).toEqual([...new Set(keys)]);
        const inputs = Object.fromEntries(keys.map((name) => [name, value]));
        expect(renderDescription(template, inputs)).toBe(keys.map(() => `<${value}>`).join(' '));
      }),
    );
  });
});
