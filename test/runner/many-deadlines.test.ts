import { afterEach, beforeEach, expect, test } from 'vitest';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { HoldpointError } from '../../src/errors.ts';
import type { RunId } from '../../src/ids.ts';
import { defineCrew } from '../../src/index.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import type { Engine } from '../../src/runner/engine.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { scriptedModel } from '../../src/testing.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';

const HOUR = 3_600_000;
/** More than two batches. */
const RUNS = 600;
/** The holds of one commit, as `deadlines.ts` has it. */
const BATCH = 256;

const crew = crewDefinition(
  defineCrew({
    name: 'weekend',
    agents: { a: { role: 'A', goal: 'A' } },
    tasks: { t: { agent: 'a', description: 'T', confirm: 'before', review: { dueIn: '1h' } } },
  }),
);

let journal: Journal;
let clock: ManualClock;
let engine: Engine;
let runs: RunId[];

beforeEach(async () => {
  journal = memoryJournal();
  clock = manualClock();
  engine = await openEngine({ crews: [crew], journal, models: () => scriptedModel([]), log: silentLog, clock });
  const started = await Promise.all(
    Array.from({ length: RUNS }, () => engine.start('weekend', {}, { requestedBy: 'user:rita' })),
  );
  runs = started.map(({ id }) => id);
  for (const id of runs) await engine.settled(id);
});
afterEach(() => engine.close());

/** From here on what is appended by others than owners goes through `amended`. */
function onAmend(amended: (runId: RunId, amend: () => Promise<unknown>) => Promise<unknown>): void {
  const amend = journal.amend.bind(journal) as (runId: RunId, ...rest: unknown[]) => Promise<unknown>;
  journal.amend = ((runId: RunId, ...rest: unknown[]) =>
    amended(runId, () => amend(runId, ...rest))) as Journal['amend'];
}

/** From here on such appends wait until they are released. `asked`: how many do, or did. */
function heldBack() {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const amends = { asked: 0 };
  onAmend(async (_, amend) => {
    amends.asked++;
    await released;
    return amend();
  });
  return { amends, release };
}

async function escalated(): Promise<number> {
  const events = await Promise.all(runs.map((id) => journal.read(id, { type: 'hold.escalated' })));
  return events.flat().length;
}

test('deadlines of one moment share a commit, as many as one turn of the loop can do', async () => {
  let underWay = 0;
  let most = 0;
  onAmend(async (_, amend) => {
    most = Math.max(most, ++underWay);
    return amend().finally(() => underWay--);
  });
  const pages: number[] = [];
  const due = journal.due.bind(journal);
  journal.due = async (query) => {
    const page = await due(query);
    pages.push(page.items.length);
    return page;
  };
  clock.advance(HOUR);
  await expect.poll(escalated).toBe(RUNS);
  expect(most).toBe(BATCH);
  expect(pages).toEqual([BATCH, BATCH, RUNS - 2 * BATCH]);
});

test('those that cannot be recorded, however many come first, keep no later one', async () => {
  const broken = new Set(runs.slice(0, BATCH + 10));
  const tried = new Map<RunId, number>();
  onAmend(async (runId, amend) => {
    tried.set(runId, (tried.get(runId) ?? 0) + 1);
    if (broken.has(runId)) throw new HoldpointError('INTERNAL', 'Refused to write.');
    return amend();
  });
  clock.advance(HOUR);
  await expect.poll(escalated).toBe(RUNS - broken.size);
  expect(tried.size).toBe(RUNS);
  expect(Math.max(...tried.values())).toBe(1);
  // And each sweep tries them again.
  clock.advance(1_000);
  await expect.poll(() => [...broken].every((id) => tried.get(id) === 2)).toBe(true);
});

test('a stop waits for the batch that is being recorded, and for no other', async () => {
  const { amends, release } = heldBack();
  clock.advance(HOUR);
  await expect.poll(() => amends.asked).toBeGreaterThan(0);
  const closing = engine.close();
  release();
  await closing;
  expect([amends.asked, await escalated()]).toEqual([BATCH, BATCH]);
});

test('sweeps go on meanwhile', async () => {
  const { amends, release } = heldBack();
  let looked = 0;
  const nodes = journal.nodes.bind(journal);
  journal.nodes = () => {
    looked++;
    return nodes();
  };
  clock.advance(HOUR);
  await expect.poll(() => amends.asked).toBeGreaterThan(0);
  const before = looked;
  const sweep = () => {
    clock.advance(1_000);
    return looked;
  };
  await expect.poll(sweep).toBeGreaterThan(before + 2);
  expect(amends.asked).toBe(BATCH);
  release();
});
