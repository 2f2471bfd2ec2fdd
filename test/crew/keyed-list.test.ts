import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyedList } from '../../src/crew/keyed-list.ts';

interface Item {
  readonly key: string;
  readonly value: number;
}
const list = (items: readonly Item[] = []) => KeyedList.of<string, Item>(({ key }) => key, items);
/** Few keys, so that some are put in twice, and more than one piece of 32. */
const changes = fc.array(fc.record({ version: fc.nat(), key: fc.nat(80).map(String), value: fc.nat() }), {
  maxLength: 200,
});

describe('a keyed list', () => {
  test('is what a map of its own would be, in every version, however versions branch', () => {
    fc.assert(
      fc.property(changes, (steps) => {
        const versions = [{ list: list(), map: new Map<string, Item>() }];
        for (const { version, key, value } of steps) {
          // Mostly the newest goes on; every fifth step goes on from an older one.
          const from = versions[version % 5 === 0 ? version % versions.length : versions.length - 1] ?? versions[0]!;
          const item = { key, value };
          versions.push({ list: from.list.with(item), map: new Map(from.map).set(key, item) });
        }
        for (const { list, map } of versions) {
          expect(list.size).toBe(map.size);
          expect(list.all()).toEqual([...map.values()]);
          for (let key = 0; key <= 80; key++) expect(list.get(String(key))).toBe(map.get(String(key)));
        }
      }),
    );
  });

  test('knows where an item stands, and nothing of names that every object has', () => {
    const both = list([{ key: 'a', value: 1 }]).with({ key: 'b', value: 2 });
    expect([both.placeOf('a'), both.placeOf('b'), both.placeOf('c')]).toEqual([0, 1, undefined]);
    expect([both.get('constructor'), both.has('__proto__'), both.has('a')]).toEqual([undefined, false, true]);
  });

  test('is equal to one with the same items, and to no other', () => {
    expect(list([{ key: 'a', value: 1 }])).toEqual(list().with({ key: 'a', value: 1 }));
    expect(list([{ key: 'a', value: 1 }])).not.toEqual(list([{ key: 'a', value: 2 }]));
  });
});
