import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { RunId } from '../../src/ids.ts';
import { CompanyHints } from '../../src/server/hints/company-hints.ts';
import type { HintListener, Hints } from '../../src/server/hints/hints.ts';

const run = 'run_one' as RunId;
const other = 'run_two' as RunId;
const silent = pino({ level: 'silent' });

/** Hints that write down what they are told, and to whom they listen. */
function hints() {
  const told: unknown[] = [];
  const listening = new Set<HintListener>();
  let isClosed = false;
  const made: Hints = {
    tell: (name, hint) => void told.push([name, hint]),
    tellMissed: () => void told.push('missed'),
    hear(listener) {
      listening.add(listener);
      return () => void listening.delete(listener);
    },
    close: async () => {
      isClosed = true;
    },
  };
  return { made, told, listening, closed: () => isClosed };
}

const among = async () => true;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('among others', () => {
  test('what is told before they are there is told then, in its order, and what comes after at once', async () => {
    const { made, told, closed } = hints();
    const opening = Promise.withResolvers<Hints>();
    const some = new CompanyHints({ open: () => opening.promise, hasCompany: among, log: silent });
    some.tell('watched', [run]);
    some.tell('watched', [other]);
    await sleep(600);
    expect(told).toEqual([]);
    opening.resolve(made);
    await expect.poll(() => told.length).toBe(2);
    some.tell('committed', []);
    expect(told).toEqual([
      ['watched', [run]],
      ['watched', [other]],
      ['committed', []],
    ]);
    await some.close();
    expect(closed()).toBe(true);
  });

  test('who listens before they are there hears from then on, until they stop', async () => {
    const { made, listening } = hints();
    const some = new CompanyHints({ open: async () => made, hasCompany: among, log: silent });
    const first: HintListener = {};
    const second: HintListener = {};
    const stopFirst = some.hear(first);
    some.hear(second);
    stopFirst();
    await expect.poll(() => [...listening]).toEqual([second]);
    const stopThird = some.hear(first);
    expect([...listening]).toEqual([second, first]);
    stopThird();
    expect([...listening]).toEqual([second]);
    await some.close();
  });

  test('who leaves at once opens none for nothing, and tells what there is to tell', async () => {
    let opened = 0;
    const { made, told, closed } = hints();
    const open = async () => {
      opened++;
      return made;
    };
    await new CompanyHints({ open, hasCompany: among, log: silent }).close();
    expect(opened).toBe(0);
    const some = new CompanyHints({ open, hasCompany: among, log: silent });
    some.tell('watched', [run]);
    await some.close();
    expect({ opened, told, closed: closed() }).toEqual({ opened: 1, told: [['watched', [run]]], closed: true });
  });

  test('where they cannot be opened, nobody fails', async () => {
    const open = () => Promise.reject(new Error('no way'));
    const some = new CompanyHints({ open, hasCompany: among, log: silent });
    some.tell('watched', [run]);
    await expect(some.close()).resolves.toBeUndefined();
  });

  test('where it cannot be said whether others are there, they are told', async () => {
    const { made, told } = hints();
    const hasCompany = () => Promise.reject(new Error('the database is away'));
    const some = new CompanyHints({ open: async () => made, hasCompany, log: silent });
    some.tell('watched', [run]);
    await some.close();
    expect(told).toEqual([['watched', [run]]]);
  });
});

describe('alone', () => {
  /** Looks often, and counts how often; nobody is there until `arrive`. */
  function alone({ opened }: { opened: boolean }) {
    const { made, told, listening } = hints();
    const seen = { opened: 0, looks: 0, isAlone: true };
    const open = async () => {
      seen.opened++;
      return made;
    };
    const hasCompany = async () => {
      seen.looks++;
      return !seen.isAlone;
    };
    const given = { open, hasCompany, log: silent, lookMs: 20 };
    const few = new CompanyHints(given, opened ? made : null);
    const looked = async () => {
      const { looks } = seen;
      // The first of them may have been under way.
      await expect.poll(() => seen.looks).toBeGreaterThan(looks + 1);
    };
    return { few, told, listening, seen, looked };
  }

  test('nothing is opened, nothing is told, and nothing is kept for later', async () => {
    const { few, told, seen, looked } = alone({ opened: false });
    few.tell('watched', [run]);
    await looked();
    few.tell('watched', [other]);
    await few.close();
    expect({ told, opened: seen.opened }).toEqual({ told: [], opened: 0 });
  });

  test('who comes is told that it missed what was not told meanwhile, and then everything', async () => {
    const { few, told, listening, seen, looked } = alone({ opened: false });
    const listener: HintListener = {};
    few.hear(listener);
    await looked();
    seen.isAlone = false;
    few.tell('watched', [run]);
    await expect.poll(() => told).toEqual(['missed']);
    few.tell('watched', [other]);
    expect(told).toEqual(['missed', ['watched', [other]]]);
    expect([...listening]).toEqual([listener]);
    expect(seen.opened).toBe(1);
    await few.close();
  });

  test('who comes has missed nothing of what was done before anybody looked in vain', async () => {
    const { few, told, seen, looked } = alone({ opened: true });
    await looked();
    few.tell('watched', [run]);
    await looked();
    seen.isAlone = false;
    await looked();
    few.tell('watched', [other]);
    expect(told).toEqual([['watched', [other]]]);
    await few.close();
  });

  test('is so again when the others have left', async () => {
    const { few, told, seen, looked } = alone({ opened: true });
    seen.isAlone = false;
    await looked();
    few.tell('watched', [run]);
    seen.isAlone = true;
    await looked();
    few.tell('watched', [other]);
    expect(told).toEqual([['watched', [run]]]);
    await few.close();
  });
});
