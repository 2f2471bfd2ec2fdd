import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew, openaiModel, openHoldpoint } from '../../src/index.ts';
import { type OpenAIServer, startOpenAIServer } from '../support/openai-server.ts';
import { measured } from '../support/reliability.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const desk = defineCrew({
  name: 'desk',
  inputs: z.strictObject({ n: z.number() }),
  agents: { a: { role: 'Worker', goal: 'Work' } },
  tasks: {
    first: {
      agent: 'a',
      description: 'First of case {n}',
      output: z.strictObject({ words: z.array(z.string()), sum: z.number() }),
    },
    second: { agent: 'a', description: 'Second of case {n}' },
    third: { agent: 'a', description: 'Third of case {n}' },
  },
});

const MIX = ['429', '500', 'reset', 'truncated', 'malformed-json', 'malformed-sse', 'wrong-schema', 'empty'] as const;
const RATE = 0.2;
const WHOLE = `${'A sentence of the answer. '.repeat(80)}THE END`;

describe('R14: a fifth of all model requests fails, in mixed ways', () => {
  let server: OpenAIServer;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    server = await startOpenAIServer({ limitHeaders: { 'retry-after-ms': '20' } });
    folder = await temporaryFolder();
  });
  afterAll(async () => {
    await server.close();
    await folder.remove();
  });

  test(
    '100 of 100 runs complete, and no answer is cut',
    () =>
      measured({ id: 'R14', what: 'a fifth of all model requests fails, in eight ways' }, async () => {
        const model = openaiModel({ name: 'mock', baseURL: server.baseURL, apiKey: 'none' });
        await using holdpoint = await openHoldpoint({
          crews: [desk],
          database: `file:${join(folder.path, 'faults.db')}`,
          model,
        });
        await server.rules({ when: 'Third of case', reply: { output: WHOLE, reasoning: 'r', confidence: 1 } });
        await server.configure({ seed: 11, rates: Object.fromEntries(MIX.map((fault) => [fault, RATE / MIX.length])) });

        const outcomes = await inBatches(100, 16, async (n) => {
          const run = await holdpoint.start('desk', { n: n + 1 });
          return { id: run.id, ...(await run.outcome({ signal: AbortSignal.timeout(25_000) })) };
        });
        expect(outcomes.filter(({ status }) => status !== 'completed')).toEqual([]);
        expect(outcomes.every(({ outputs }) => outputs.third === WHOLE)).toBe(true);
        const asked = await server.requests();
        const failed = asked.filter(({ outcome }) => (MIX as readonly string[]).includes(outcome)).length;
        expect(failed / asked.length).toBeGreaterThan(0.12);
        return { trials: 100, note: `${failed} of ${asked.length} requests failed; 0 failed runs, no answer cut` };
      }),
    60_000,
  );
});

async function inBatches<T>(count: number, size: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) results.push(await work(next++));
  };
  await Promise.all(Array.from({ length: size }, worker));
  return results;
}
