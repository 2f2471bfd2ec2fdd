import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { draft } from '../../src/crew/events.ts';
import type { Model } from '../../src/crew/model.ts';
import { type RunId, SYSTEM_JOURNAL } from '../../src/ids.ts';
import { defineCrew, defineTool } from '../../src/index.ts';
import { seal } from '../../src/journal/envelope.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { person } from '../support/desk.ts';
import { checkRun } from '../support/run-invariants.ts';
import { slowJournal } from '../support/slow-journal.ts';
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
  const journals: Journal[] = [];
  const open = async (drives: boolean) => {
    const journal = await openSqliteJournal({ path: join(path, 'x.db') });
    journals.push(journal);
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
  return { begun, crew, driving, outside: await open(false), journals };
}

test('a run that its own node parked, since it saw the stop first, is among those that were stopped', async () => {
  const { driving, outside } = await nodes(1);
  const [node] = driving;
  const run = await node!.start('factory', { held: false }, { requestedBy: 'user:ana' });
  const { journal } = outside;
  const list = journal.runs.bind(journal);
  journal.runs = async (query) => {
    const stopped = (await journal.read(SYSTEM_JOURNAL)).length > 0;
    if (stopped) await expect.poll(async () => (await journal.run(run.id))?.summary.status).toBe('parked');
    return list(query);
  };
  expect(await outside.stopAll({ reason: 'enough', cancel: false }, ana)).toEqual([run.id]);
});

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
  expect(await two!.stop()).toMatchObject({ by: 'user:ana', reason: 'wrong prices' });
  const { fingerprint } = await one!.change(held);
  await expect(one!.acceptChange(held, fingerprint, ana)).rejects.toMatchObject({ code: 'STOPPED' });

  expect(await outside.resumeAll({ reason: 'right again', keepParked: true }, ana)).toEqual([]);
  expect(await outside.run(busy[0]!)).toMatchObject({ status: 'parked' });
  await one!.acceptChange(held, fingerprint, ana);
  await expect.poll(() => begun.some(({ run }) => run === held), { timeout: 5_000 }).toBe(true);
  expect((await outside.journal.read(held, { type: 'run.parked' }))[0]).toMatchObject({
    by: 'user:ana',
    data: { changes: ['Stopped by user:ana: wrong prices'] },
  });
  expect((await outside.resumeAll({ reason: 'all of them' }, ana)).sort()).toEqual([...busy].sort());
  const system = await outside.journal.read(SYSTEM_JOURNAL);
  expect(system.map(({ type, by, data }) => [type, by, data])).toEqual([
    ['stop.declared', 'user:ana', { reason: 'wrong prices' }],
    ['stop.lifted', 'user:ana', { reason: 'right again' }],
  ]);
});

test('with cancel the runs end, those that were parked too', { timeout: 30_000 }, async () => {
  const { begun, driving, outside } = await nodes(1);
  const [one] = driving;
  const start = async (held: boolean): Promise<RunId> =>
    (await one!.start('factory', { held }, { requestedBy: 'user:rita' })).id;
  const [busy, held] = [await start(false), await start(true)];
  await expect.poll(() => begun.length).toBeGreaterThan(0);
  await one!.stopAll({ reason: 'first' }, ana);
  const stopped = await outside.stopAll({ reason: 'enough', cancel: true }, ana);
  expect([...stopped].sort()).toEqual([busy, held].sort());
  for (const id of stopped)
    expect(await one!.outcome(id, { signal: AbortSignal.timeout(10_000) })).toMatchObject({ status: 'cancelled' });
});

describe('a start or a fork', () => {
  test.each(['stop', 'start'])(
    'is refused, or parked before its first effect: the %s is durable first',
    async (first) => {
      const { begun, driving, outside, journals } = await nodes(1);
      const [one] = driving;
      // The start has looked for a stop already, and found none.
      const reached = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      hold(journals[0]!, first === 'stop' ? 'before' : 'after', reached.resolve, goOn.promise);
      const starting = one!.start('factory', { held: false }, { requestedBy: 'user:rita' });
      await reached.promise;
      const stopped = await outside.stopAll({ reason: 'wrong prices' }, ana);
      goOn.resolve();
      const { id } = await starting;
      expect(stopped).toEqual(first === 'stop' ? [] : [id]);
      await expect.poll(async () => (await outside.run(id)).status).toBe('parked');
      const row = async () => (await outside.journal.run(id))?.owner;
      await expect.poll(row).toBeNull();
      expect(begun).toEqual([]);

      await expect(one!.start('factory', { held: false }, { requestedBy: 'user:rita' })).rejects.toMatchObject({
        code: 'STOPPED',
        details: { by: 'user:ana', reason: 'wrong prices' },
      });
      await expect(one!.fork(id, 1, ana)).rejects.toMatchObject({ code: 'STOPPED' });
      expect((await outside.runs({})).items).toHaveLength(1);
      expect(await outside.resumeAll({ reason: 'right again' }, ana)).toEqual([id]);
      await expect.poll(() => begun.length, { timeout: 5_000 }).toBeGreaterThan(0);
    },
  );
});

test('who declared a stop and ended at once has stopped everything all the same: each node parks what it drives', async () => {
  const { begun, driving, outside, journals } = await nodes(2);
  const ids = await Promise.all(
    driving.map(async (engine) => (await engine.start('factory', { held: false }, { requestedBy: 'user:rita' })).id),
  );
  await expect.poll(() => new Set(begun.map(({ run }) => run)).size).toBe(2);
  const declared = draft('stop.declared', { reason: 'wrong prices' }, 'user:ana');
  await journals[0]!.amendSystem(null, (head) => ({
    events: seal(SYSTEM_JOURNAL, head, [declared], { at: new Date().toISOString(), salt: () => 'a'.repeat(32) }),
    answer: null,
  }));
  for (const id of ids)
    await expect.poll(async () => (await outside.run(id)).status, { timeout: 5_000 }).toBe('parked');
  expect((await outside.resumeAll({ reason: 'right again' }, ana)).sort()).toEqual([...ids].sort());
});

test('the same request to stop or to resume is answered as it was, and changes nothing a second time', async () => {
  const { driving, outside } = await nodes(1);
  const { id } = await driving[0]!.start('factory', { held: true }, { requestedBy: 'user:rita' });
  const asked = (name: string, content = 'c') => ({ ...ana, request: { id: name, content } });
  for (let tries = 1; tries <= 2; tries++) expect(await outside.stopAll({ reason: 'r' }, asked('stop'))).toEqual([id]);
  for (let tries = 1; tries <= 2; tries++) expect(await outside.resumeAll({ reason: 'r' }, asked('go'))).toEqual([id]);
  expect(await outside.stopAll({ reason: 'r' }, asked('stop'))).toEqual([id]);
  expect(await outside.stop()).toBeNull();
  await expect(outside.stopAll({ reason: 'r' }, asked('stop', 'other'))).rejects.toMatchObject({
    code: 'REQUEST_ID_REUSED',
  });
  expect((await outside.journal.read(SYSTEM_JOURNAL)).map(({ type }) => type)).toEqual([
    'stop.declared',
    'stop.lifted',
  ]);
});

/** Has the first append wait, before or after it is durable. */
function hold(journal: Journal, when: 'before' | 'after', reached: () => void, goOn: Promise<void>): void {
  const append = journal.append.bind(journal);
  journal.append = async (batch) => {
    journal.append = append;
    if (when === 'after') await append(batch);
    reached();
    await goOn;
    if (when === 'before') await append(batch);
  };
}

test('a stop that is sent again while it is carried out is not begun twice', async () => {
  const lists: string[] = [];
  const { crew, model } = factory();
  const journal = slowJournal(memoryJournal(), (name) => void (name === 'runs' && lists.push(name)));
  const log = pino({ level: 'silent' });
  const engine = await openEngine({ crews: [crew], journal, models: () => model, log, sweepMs: 60_000 });
  const { id } = await engine.start('factory', { held: true }, { requestedBy: 'user:ana' });
  await engine.settled(id);
  const options = { ...ana, request: { id: 'stop-once', content: 'a'.repeat(64) } };
  const stop = () => engine.stopAll({ reason: 'Look first.', cancel: false }, options);
  lists.length = 0;
  expect(await stop()).toEqual([id]);
  const once = lists.length;
  const resume = { ...ana, request: { id: 'resume-once', content: 'b'.repeat(64) } };
  await engine.resumeAll({ reason: 'Looked.' }, resume);
  lists.length = 0;
  const again = { ...options, request: { ...options.request, id: 'stop-twice' } };
  const both = [1, 2, 3].map(() => engine.stopAll({ reason: 'Look first.', cancel: false }, again));
  expect(await Promise.all(both)).toEqual([[id], [id], [id]]);
  expect(lists).toHaveLength(once);
  await engine.close();
});
