import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/json/canonical-json.ts';
import { digestOf } from '../../src/json/digest.ts';

/** The double with these IEEE 754 bits, as the appendix of RFC 8785 gives them. */
function double(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE();
}

describe('RFC 8785', () => {
  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the double %s as %s', (bits, text) => {
    expect(canonicalJson(double(bits))).toBe(text);
  });

  test.each([['7fffffffffffffff'], ['7ff0000000000000'], ['fff0000000000000']])('refuses the double %s', (bits) => {
    expect(() => canonicalJson(double(bits))).toThrow(expect.objectContaining({ code: 'JSON_INVALID' }));
  });

  test('sorts keys by UTF-16 code units, not by code points', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const sorted = Object.values(JSON.parse(canonicalJson(value)) as object);
    // `JSON.parse` puts the integer key first; the text itself shows the order.
    expect([...canonicalJson(value).matchAll(/":"([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
    expect(sorted).toHaveLength(7);
  });

  test('writes strings and literals as the standard shows', () => {
    const value = {
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('escapes control characters shortly where JSON has a short form, and nothing else', () => {
    expect(canonicalJson('\u0000\b\t\n\u000b\f\r\u001f\u007f\u2028é/')).toBe(
      '"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\u007f\u2028é/"',
    );
  });

  test('keeps the order of arrays and sorts at every depth', () => {
    expect(canonicalJson({ b: [{ z: 1, a: [] }, 2], a: {} })).toBe('{"a":{},"b":[{"a":[],"z":1},2]}');
  });

  test('sorts numbers that are keys as text, in whatever order an object has them', () => {
    expect(canonicalJson({ 9: 2, 10: 1, a: 3 })).toBe('{"10":1,"9":2,"a":3}');
    expect(canonicalJson({ a: { 9: 2, 10: 1 } })).toBe('{"a":{"10":1,"9":2}}');
  });
});

describe('keys that an object treats as it likes', () => {
  const parsed = (text: string): unknown => JSON.parse(text);
  test.each([
    ['{"b":1,"__proto__":{"d":1,"c":2},"a":3}', '{"__proto__":{"c":2,"d":1},"a":3,"b":1}'],
    ['{"__proto__":{"d":1,"c":2}}', '{"__proto__":{"c":2,"d":1}}'],
    ['{"z":{"y":1,"x":2},"__proto__":1,"10":1,"9":2}', '{"10":1,"9":2,"__proto__":1,"z":{"x":2,"y":1}}'],
    ['{"1":{"b":1,"a":2},"2":3}', '{"1":{"a":2,"b":1},"2":3}'],
    ['{"a":{"10":{"d":1,"c":2},"9":3},"b":4}', '{"a":{"10":{"c":2,"d":1},"9":3},"b":4}'],
  ])('%s', (text, canonical) => {
    expect(canonicalJson(parsed(text))).toBe(canonical);
  });

  test('a value is left as it was', () => {
    const value = { b: [{ d: 1, c: 2 }], a: 1 };
    canonicalJson(value);
    expect(JSON.stringify(value)).toBe('{"b":[{"d":1,"c":2}],"a":1}');
  });
});

describe('what JSON cannot carry', () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  test.each<[string, unknown]>([
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a key', { '\udfff': 1 }],
    ['a bigint', 1n],
    ['a function', { f: () => 1 }],
    ['undefined', undefined],
    ['a date', new Date(0)],
    ['a map', { m: new Map() }],
    ['a cycle', loop],
    ['a symbol', Symbol('s')],
  ])('%s is refused', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'JSON_INVALID' }));
  });

  test('members that are undefined are left out, as in JSON', () => {
    expect(canonicalJson({ a: undefined, b: [undefined] })).toBe('{"b":[null]}');
  });
});

describe('for every JSON value', () => {
  const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });

  test('parsing gives the value back', () => {
    fc.assert(
      fc.property(json, (value) => {
        // -0 and 0 are one number in JSON.
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('the order of keys makes no difference', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(digestOf(reversed(value))).toBe(digestOf(value));
      }),
    );
  });

  test('it is its own canonical form', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
      }),
    );
  });

  test('keys are in order at every depth, as a writer of its own says', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(value)).toBe(written(value));
      }),
    );
  });

  test('other text, other value', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        if (canonicalJson(a) === canonicalJson(b)) expect(a).toEqual(b);
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${written(member)}`).join()}}`;
}
