import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { RunId } from '../../src/ids.ts';
import type { HintListener, Hints } from '../../src/server/hints/hints.ts';
import { LateHints } from '../../src/server/hints/late-hints.ts';

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

test('what is told before they are there is told then, in its order, and what comes after at once', async () => {
  const { made, told, closed } = hints();
  const opening = Promise.withResolvers<Hints>();
  const late = new LateHints(() => opening.promise, silent);
  late.tell('watched', [run]);
  late.tell('watched', [other]);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(told).toEqual([]);
  opening.resolve(made);
  await expect.poll(() => told.length).toBe(2);
  late.tell('committed', []);
  expect(told).toEqual([
    ['watched', [run]],
    ['watched', [other]],
    ['committed', []],
  ]);
  await late.close();
  expect(closed()).toBe(true);
});

test('who listens before they are there hears from then on, until they stop', async () => {
  const { made, listening } = hints();
  const late = new LateHints(async () => made, silent);
  const first: HintListener = {};
  const second: HintListener = {};
  const stopFirst = late.hear(first);
  late.hear(second);
  stopFirst();
  await expect.poll(() => [...listening]).toEqual([second]);
  const stopThird = late.hear(first);
  expect([...listening]).toEqual([second, first]);
  stopThird();
  expect([...listening]).toEqual([second]);
  await late.close();
});

test('who leaves at once opens none for nothing, and tells what there is to tell', async () => {
  let opened = 0;
  const { made, told, closed } = hints();
  const open = async () => {
    opened++;
    return made;
  };
  await new LateHints(open, silent).close();
  expect(opened).toBe(0);
  const late = new LateHints(open, silent);
  late.tell('watched', [run]);
  await late.close();
  expect({ opened, told, closed: closed() }).toEqual({ opened: 1, told: [['watched', [run]]], closed: true });
});

test('where they cannot be opened, nobody fails', async () => {
  const late = new LateHints(() => Promise.reject(new Error('no way')), silent);
  late.tell('watched', [run]);
  await expect(late.close()).resolves.toBeUndefined();
});
