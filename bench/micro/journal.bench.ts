import { test } from 'vitest';
import { seal } from '../../src/journal/envelope.ts';
import { toRunEvents } from '../../src/journal/read-run.ts';
import { verifyChain } from '../../src/journal/verify.ts';
import { canonicalJson } from '../../src/json/canonical-json.ts';
import { digestOf, sha256 } from '../../src/json/digest.ts';
import { foldAll } from '../../src/runner/load-run.ts';
import { longRun } from './long-run.ts';

/** What the engine does with every event, each beside the least that could be done with it. A run of 1,000 events and one of 10,000. */

const SALT = '0'.repeat(32);
const [small, large] = await Promise.all([longRun(10), longRun(100)]);
const text = JSON.stringify(small.events);
const data = small.events.map((event) => event.data);
const sorted = data.map((one) => JSON.parse(canonicalJson(one)) as object);
const texts = data.map((one) => JSON.stringify(one));
const facts = toRunEvents(small.events, []);
const manyFacts = toRunEvents(large.events, []);
const head = { seq: 0, hash: '0'.repeat(64), at: '2026-01-01T00:00:00.000Z' };

test('canonical JSON of the data of 1,000 events', async ({ bench }) => {
  await bench.compare(
    bench('JSON.stringify', () => void data.map((one) => JSON.stringify(one))),
    bench('canonicalJson, keys in order', () => void sorted.map(canonicalJson)),
    bench('canonicalJson, keys as they come', () => void data.map(canonicalJson)),
  );
});

test('hashes of 1,000 events', async ({ bench }) => {
  await bench.compare(
    bench('SHA-256 of the text', () => void texts.map(sha256)),
    bench('digest of the data', () => void data.map(digestOf)),
    bench(
      'sealed: two digests each, chained',
      () => void seal(small.run, head, facts, { at: head.at, salt: () => SALT }),
    ),
  );
});

test('reading a journal of 1,000 events', async ({ bench }) => {
  await bench.compare(
    bench('JSON.parse', () => void JSON.parse(text)),
    bench('the chain verified', () => void verifyChain(small.events)),
    bench('every event validated', () => void toRunEvents(small.events, [])),
    bench('folded', () => void foldAll(null, small.run, facts)),
  );
});

test('folding, by the length of the run', async ({ bench }) => {
  await bench.compare(
    bench('1,000 events, ten times', () => {
      for (let time = 0; time < 10; time++) foldAll(null, small.run, facts);
    }),
    bench('10,000 events', () => void foldAll(null, large.run, manyFacts)),
  );
});
