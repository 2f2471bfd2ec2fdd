import type { Journal } from '../../src/journal/journal.ts';

/** A journal some of whose calls wait first, or fail: `before` is told which one it is. */
export function slowJournal(
  store: Journal,
  before: (name: keyof Journal, given: readonly unknown[]) => Promise<void> | void,
): Journal {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]) => {
        await before(name as keyof Journal, given);
        return Reflect.apply(member, target, given) as unknown;
      };
    },
  });
}
