import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { Model } from '../../src/crew/model.ts';
import type { RunId } from '../../src/ids.ts';
import { defineCrew, defineTool } from '../../src/index.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { person } from '../support/desk.ts';
import { checkRun } from '../support/run-invariants.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ana = { actor: person('user:ana') };

/** Agents that never end: each answer calls the tool again, and the tool takes a while. */
function factory() {
  const begun: { run: string; at: number }[] = [];
  const stamp = defineTool({
    name: 'stamp',
    description: 'Stamp',
    input: z.strictObject({}),
    tier: 'automatic',
    execute: async (_input, { runId }) => {
      begun.push({ run: runId, at: performance.now() });
      await delay(30);
      return 'stamped';
    },
  });
  const crew = defineCrew({
    name: 'factory',
    inputs: z.strictObject({ held: z.boolean() }),
    agents: { a: { role: 'A', goal: 'A', tools: [stamp], maxSteps: 100_000 } },
    tasks: { t: { agent: 'a', description: 'T', confirm: { before: { when: ({ inputs }) => inputs.held } } } },
  });
  let calls = 0;
  const model: Model = {
    type: 'model',
    name: 'busy',
    async respond() {
      const usage = { inputTokens: 0, outputTokens: 0, usd: 0 };
      return { model: 'busy', text: '', toolCalls: [{ id: `c${++calls}`, name: 'stamp', arguments: '{}' }], usage };
    },
  };
  return { begun, crew: crewDefinition(crew), model };
}

async function nodes(count: number) {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  const { begun, crew, model } = factory();
  const open = async (drives: boolean) => {
    const journal = await openSqliteJournal({ path: join(path, 'x.db') });
    const engine = await openEngine({
      crews: drives ? [crew] : [],
      journal,
      models: () => model,
      log: pino({ level: 'silent' }),
      drives,
    });
    onTestFinished(() => engine.close());
    return engine;
  };
  const driving = await Promise.all(Array.from({ length: count }, () => open(true)));
  return { begun, crew, driving, outside: await open(false) };
}

test('nothing begins on any node once everything is stopped; what was under way is recorded; each goes on when it may', {
  timeout: 30_000,
}, async () => {
  const { begun, crew, driving, outside } = await nodes(2);
  const [one, two] = driving;
  const start = async (engine: typeof one, held: boolean) =>
    (await engine!.start('factory', { held }, { requestedBy: 'user:rita' })).id;
  const busy = [await start(one, false), await start(two, false), await start(one, false)];
  const held = await start(two, true);
  await expect.poll(() => new Set(begun.map(({ run }) => run)).size).toBe(3);
  const stopped = await outside.stopAll({ reason: 'wrong prices' }, ana);
  const stoppedAt = performance.now();
  expect([...stopped].sort()).toEqual([...busy, held].sort());
  await delay(2_500);
  expect(begun.filter(({ at }) => at > stoppedAt + 1_000)).toEqual([]);

  for (const id of [...busy, held]) {
    expect(await outside.run(id)).toMatchObject({ status: 'parked' });
    await checkRun(outside.journal, id, { crew });
  }
  const [hold] = (await outside.journal.holds({ runId: held })).items;
  const before = begun.length;
  await outside.decide(hold!.id, { digest: hold!.digest, verdict: 'approve' }, ana);
  await delay(1_500);
  expect(begun.length).toBe(before);
  expect(await outside.stopAll({ reason: 'again' }, ana)).toEqual([]);

  await one!.acceptChange(held, ana);
  await expect.poll(() => begun.some(({ run }) => run === held), { timeout: 5_000 }).toBe(true);
  expect((await outside.journal.read(held, { type: 'run.parked' }))[0]).toMatchObject({
    by: 'user:ana',
    data: { changes: ['Stopped by user:ana: wrong prices'] },
  });
});

test('with cancel the runs end, those that were parked too', { timeout: 30_000 }, async () => {
  const { begun, driving, outside } = await nodes(1);
  const [one] = driving;
  const start = async (held: boolean): Promise<RunId> =>
    (await one!.start('factory', { held }, { requestedBy: 'user:rita' })).id;
  const [busy, held] = [await start(false), await start(true)];
  await expect.poll(() => begun.length).toBeGreaterThan(0);
  await one!.stopAll({ reason: 'first' }, ana);
  const later = await start(false);
  const stopped = await outside.stopAll({ reason: 'enough', cancel: true }, ana);
  expect([...stopped].sort()).toEqual([busy, held, later].sort());
  for (const id of stopped)
    expect(await one!.outcome(id, { signal: AbortSignal.timeout(10_000) })).toMatchObject({ status: 'cancelled' });
});
