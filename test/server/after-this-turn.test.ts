import { expect, test } from 'vitest';
import { afterThisTurn } from '../../src/server/after-this-turn.ts';

/** Writes down what is done; `failed` throws. */
function written() {
  const [done, errors] = [[] as string[], [] as string[]];
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (_: object, text: string) => void errors.push(text),
  };
  const telling = afterThisTurn((item: string) => {
    if (item === 'failed') throw new Error('no');
    done.push(item);
  }, log);
  return { done, errors, telling };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('what is added is done in its order, after what the turn has begun', async () => {
  const { done, telling } = written();
  telling.add('a');
  telling.add('b');
  await Promise.resolve();
  process.nextTick(() => done.push('begun'));
  await new Promise((resolve) => process.nextTick(resolve));
  telling.add('c');
  expect(done).toEqual(['begun']);
  await nextTurn();
  expect(done).toEqual(['begun', 'a', 'b', 'c']);
  telling.add('d');
  await nextTurn();
  expect(done).toEqual(['begun', 'a', 'b', 'c', 'd']);
});

test('one that fails is logged, and takes no other with it', async () => {
  const { done, errors, telling } = written();
  telling.add('failed');
  telling.add('a');
  await nextTurn();
  expect({ done, errors }).toEqual({ done: ['a'], errors: ['not all were told: no'] });
});

test('who closes does at once what is still to be done, and once', async () => {
  const { done, telling } = written();
  telling.add('a');
  telling.close();
  expect(done).toEqual(['a']);
  await nextTurn();
  expect(done).toEqual(['a']);
});
