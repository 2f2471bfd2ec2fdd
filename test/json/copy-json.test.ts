import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyJson } from '../../src/json/copy-json.ts';

test('a copy is the same, to the order of its members, and shares nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }), (value) => {
      const copy = copyJson(value);
      expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
      expect(copy).toEqual(structuredClone(value));
      expectNothingShared(copy, value);
    }),
  );
});

test('a member named __proto__ is a member, and gives no prototype', () => {
  const value = JSON.parse('{"a":1,"__proto__":{"admin":true}}') as object;
  const copy = copyJson(value);
  expect(JSON.stringify(copy)).toBe('{"a":1,"__proto__":{"admin":true}}');
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect((copy as { admin?: boolean }).admin).toBeUndefined();
});

test('a member that is undefined stays so', () => {
  expect(Object.keys(copyJson({ a: undefined, b: [undefined] }))).toEqual(['a', 'b']);
});

function expectNothingShared(copy: unknown, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  expect(copy).not.toBe(value);
  for (const [key, member] of Object.entries(value)) expectNothingShared(Reflect.get(copy as object, key), member);
}
