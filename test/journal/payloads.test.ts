import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fill, lift, refsOf } from '../../src/journal/payloads.ts';
import { digestOf } from '../../src/json/digest.ts';

const mapOf = (payloads: ReturnType<typeof lift>['payloads']) =>
  new Map(payloads.map(({ digest, value }) => [digest, value]));

test('moves a value over 256 KiB out and names it by digest', () => {
  const output = 'x'.repeat(256 * 1024);
  const { data, payloads } = lift({ task: 'a', output, note: 'x'.repeat(256 * 1024 - 2) });
  expect(data).toEqual({ task: 'a', output: { $ref: digestOf(output) }, note: expect.any(String) });
  expect(payloads).toEqual([{ digest: digestOf(output), value: output }]);
});

test('leaves small data as they are', () => {
  const data = { a: 1, b: [{ $ref: 'inner' }] };
  expect(lift(data)).toEqual({ data, payloads: [] });
  expect(refsOf(data)).toEqual([]);
});

test('a value that looks like a reference is moved out, so it never stands for another value', () => {
  const secret = 'z'.repeat(64);
  const forged = { $ref: digestOf(secret) };
  const { data, payloads } = lift({ input: forged, output: secret }, 60);
  expect(data.input).toEqual({ $ref: digestOf(forged) });
  expect(refsOf(data)).toEqual([digestOf(forged), digestOf(secret)]);
  expect(fill(data, mapOf(payloads))).toEqual({ input: forged, output: secret });
});

test('fills what was lifted, whatever it is', () => {
  const member = fc.oneof(fc.jsonValue(), fc.record({ $ref: fc.string() }), fc.string({ minLength: 20 }));
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), member),
      fc.integer({ min: 0, max: 40 }),
      (data, maxBytes) => {
        const { data: lifted, payloads } = lift(data, maxBytes);
        expect(fill(lifted, mapOf(payloads))).toEqual(data);
        expect(new Set(refsOf(lifted))).toEqual(new Set(payloads.map(({ digest }) => digest)));
      },
    ),
  );
});
