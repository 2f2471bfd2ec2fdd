import { describe, expect, test } from 'vitest';
import { readInputs } from '../../src/cli/read-inputs.ts';
import type { Json } from '../../src/json/json.ts';

const read = (type: Json, text: string) => readInputs({ input: [`key=${text}`] }, { properties: { key: type } });

describe('inputs of the command line', () => {
  test.for([
    ['a text stays a text', { type: 'string' }, '42', '42'],
    ['a text may have equals signs and lines', { type: 'string' }, 'a=b\nc', 'a=b\nc'],
    ['a number', { type: 'number' }, '-1.5', -1.5],
    ['an integer', { type: 'integer' }, '3', 3],
    ['a boolean', { type: 'boolean' }, 'false', false],
    ['an array', { type: 'array' }, '[1,"a"]', [1, 'a']],
    ['an object', { type: 'object' }, '{"a":1}', { a: 1 }],
    ['null, where it may be', { type: ['string', 'null'] }, 'null', null],
    ['a text, where it may also be null', { type: ['string', 'null'] }, 'nothing', 'nothing'],
    ['either of two', { anyOf: [{ type: 'number' }, { type: 'string' }] }, '7', 7],
    ['the other of two', { anyOf: [{ type: 'number' }, { type: 'string' }] }, 'seven', 'seven'],
    ['one of some numbers', { enum: [1, 2] }, '2', 2],
    ['one of some texts', { enum: ['1', '2'] }, '2', '2'],
    ['anything', {}, '2', '2'],
  ] as const)('%s', ([, schema, text, value]) => {
    expect(read(schema as unknown as Json, text)).toEqual({ key: value });
  });

  test.for([
    [{ type: 'number' }, 'many'],
    [{ type: 'boolean' }, 'yes'],
    [{ type: 'object' }, '[1]'],
  ] as const)('%j does not take %s', ([schema, text]) => {
    expect(() => read(schema, text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('JSON may stand in the place of a file, and single inputs go before it', () => {
    expect(
      readInputs({ inputs: '{"a":1,"b":2}', input: ['b=3', 'b=4'] }, { properties: { b: { type: 'number' } } }),
    ).toEqual({
      a: 1,
      b: 4,
    });
    expect(() => readInputs({ inputs: '/nowhere.json' }, null)).toThrow(
      expect.objectContaining({ code: 'FILE_INVALID' }),
    );
    expect(() => readInputs({ inputs: '{"a"' }, null)).toThrow(expect.objectContaining({ code: 'FILE_INVALID' }));
  });

  test('a key that objects answer to by themselves is only a key', () => {
    const inputs = readInputs({ input: ['__proto__=1', 'constructor=2'] }, { properties: {} });
    expect(Object.keys(inputs as object)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(inputs)).toBe(Object.prototype);
  });
});
