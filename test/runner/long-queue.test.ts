import { expect, test } from 'vitest';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { Model } from '../../src/crew/model.ts';
import type { RunId } from '../../src/ids.ts';
import { defineCrew } from '../../src/index.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { type EngineOptions, openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { scriptedModel } from '../../src/testing.ts';
import { answer } from '../support/desk.ts';

const QUEUED = 500;

const crewNamed = (name: string) =>
  crewDefinition(
    defineCrew({ name, agents: { a: { role: 'A', goal: 'A' } }, tasks: { t: { agent: 'a', description: 'T' } } }),
  );
const crews = [crewNamed('many'), crewNamed('few')];

/** A journal in which runs wait for whoever takes them, those of the second crew behind all others; it counts what looks for them read. */
async function queued() {
  const journal = memoryJournal();
  const limits = { stopGraceMs: 0 };
  // It has one place, which is taken, and looks for nothing more.
  const busy = { models: () => gatedModel().model, atOnce: { runs: 1 }, sweepMs: 1_000_000, limits };
  const desk = await openEngine({ crews, journal, log: silentLog, ...busy });
  const start = async (crew: string) => (await desk.start(crew, {}, { requestedBy: 'user:rita' })).id;
  await start('few');
  const many: RunId[] = [];
  for (let n = 0; n < QUEUED; n++) many.push(await start('many'));
  const few = [await start('few')];
  const read = { rows: new Set<RunId>(), most: 0, looks: 0 };
  const { run, orphans } = { run: journal.run.bind(journal), orphans: journal.orphans.bind(journal) };
  journal.run = (runId) => {
    read.rows.add(runId);
    return run(runId);
  };
  journal.orphans = async (query) => {
    const found = await orphans(query);
    read.looks++;
    read.most = Math.max(read.most, found.length);
    return found;
  };
  const open = (options: Partial<EngineOptions>) =>
    openEngine({ crews, journal, models: () => scriptedModel([]), log: silentLog, limits, ...options });
  const owned = async () => {
    const underWay = await journal.underWay();
    return underWay.filter(({ owner }) => owner !== null && owner !== desk.nodeId).map(({ runId }) => runId);
  };
  return { open, owned, read, many, few, [Symbol.asyncDispose]: () => desk.close() };
}

/** Answers as many calls as it was let to. */
function gatedModel() {
  const waiting: (() => void)[] = [];
  const inner = scriptedModel(Array.from({ length: 50 }, () => answer('done')));
  const model: Model = {
    ...inner,
    async respond(request, options) {
      await new Promise<void>((resolve, reject) => {
        waiting.push(resolve);
        options.signal.addEventListener('abort', () => reject(options.signal.reason as Error));
      });
      return inner.respond(request, options);
    },
  };
  return { model, answerOne: () => waiting.shift()?.() };
}

test('a look takes as many as there is room for, the oldest first, and reads nothing of those that wait', async () => {
  await using queue = await queued();
  const { open, owned, read, many, few } = queue;
  const { model, answerOne } = gatedModel();
  const engine = await open({ models: () => model, atOnce: { crews: { many: 4 } } });
  // A crew behind a long queue of another has its place all the same.
  await expect.poll(owned).toEqual([...many.slice(0, 4), ...few]);
  expect(read.most).toBe(5);
  for (let n = 1; n <= 3; n++) {
    answerOne();
    // The one that ends makes room for the next.
    await expect.poll(owned).toEqual([...many.slice(n, n + 4), ...few]);
  }
  expect(read.most).toBe(5);
  const taken = new Set([...many.slice(0, 7), ...few]);
  expect([...read.rows].filter((id) => !taken.has(id))).toEqual([]);
  await engine.close();
});

test('who has no room, or goes on with certain runs only, is given no other', async () => {
  await using queue = await queued();
  const { open, owned, read, many, few } = queue;
  const { model } = gatedModel();
  const mine = new Set<RunId>();
  const engine = await open({ models: () => model, drives: mine, sweepMs: 5 });
  expect(read.looks).toBe(0);
  for (const id of [many[300] as RunId, ...few]) mine.add(id);
  await expect.poll(owned).toEqual([many[300], ...few]);
  expect(read.most).toBe(2);
  await engine.close();
});
