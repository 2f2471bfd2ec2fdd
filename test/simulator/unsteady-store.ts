import { HoldpointError } from '../../src/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { Draw } from '../support/random-crew.ts';

const WRITES = new Set(['append', 'amend', 'amendSystem', 'claim', 'rest', 'renew']);
const READS = new Set(['hold', 'holds', 'run', 'read', 'due', 'orphans', 'answered', 'nodes']);

/** The store as one process reaches it: slow or refusing by chance; and that process may be frozen in the middle of a call. */
export interface UnsteadyStore {
  readonly journal: Journal;
  /** Every call waits from now on, before or after it was done. */
  freeze(): void;
  thaw(): void;
  /** No more faults. */
  calm(): void;
}

export function unsteadyStore(store: Journal, draw: Draw): UnsteadyStore {
  let calm = false;
  let frozen: PromiseWithResolvers<void> | null = null;
  const tick = () => new Promise<void>((resolve) => setImmediate(resolve));
  const gate = async () => {
    while (frozen) await frozen.promise;
  };
  const call = async (name: string, member: (...given: unknown[]) => unknown, given: unknown[]): Promise<unknown> => {
    const isWrite = WRITES.has(name);
    await gate();
    if (!calm && (isWrite || READS.has(name))) {
      const fault = draw(isWrite ? 24 : 60);
      if (fault === 0) throw new HoldpointError('UNAVAILABLE', 'The simulated store takes nothing now.');
      if (fault < 4) await tick();
    }
    const value = await Reflect.apply(member, store, given);
    if (!calm && isWrite && draw(12) === 0) await tick();
    // Done, and the process does not know it yet.
    await gate();
    return value;
  };
  const journal = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => call(String(name), member as never, given);
    },
  });
  return {
    journal,
    freeze: () => {
      frozen ??= Promise.withResolvers<void>();
    },
    thaw: () => {
      frozen?.resolve();
      frozen = null;
    },
    calm: () => {
      calm = true;
    },
  };
}
