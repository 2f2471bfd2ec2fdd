import { hostname } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { Model } from '../../src/crew/model.ts';
import type { HoldId, RunId } from '../../src/ids.ts';
import { defineCrew, defineTool } from '../../src/index.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openPostgresJournal } from '../../src/journal/postgres-journal.ts';
import { type Clock, systemClock } from '../../src/runner/clock.ts';
import type { Engine } from '../../src/runner/engine.ts';
import { type EngineOptions, openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { call, scriptedModel } from '../../src/testing.ts';
import newsroom from '../fixtures/crews/newsroom.crew.ts';
import { answer, person } from '../support/desk.ts';
import { manualClock } from '../support/manual-clock.ts';
import { type TestDatabase, type TestPostgres, testPostgres } from '../support/postgres.ts';

/** For waiting on a machine that others load. */
const SOON = { timeout: 15_000 };

let server: TestPostgres;
let database: TestDatabase;
let opened: { close(): Promise<void> }[];
/** What nodes logged as errors. */
let errors: string[];
beforeAll(async () => {
  server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  database = await server.database();
  opened = [];
  errors = [];
});
afterEach(async () => {
  for (const each of opened.reverse()) await each.close();
  await database.drop();
});

/** No process of this machine has it. */
const NO_PROCESS = 2 ** 22 + 1;

/** Until it is given up. */
const forever = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
const stuck: Model = { type: 'model', name: 'stuck', respond: (_request, { signal }) => forever(signal) };

/** The runs of all nodes. */
const started = new Set<RunId>();

async function journal(): Promise<Journal> {
  const one = await openPostgresJournal({ url: database.url });
  opened.push(one);
  return one;
}

/** A node that looks through the marked rows for what it may take. */
async function node(options: Partial<EngineOptions> = {}): Promise<Engine> {
  const engine = await openEngine({
    crews: [crewDefinition(newsroom)],
    journal: await journal(),
    models: () => stuck,
    log: { ...silentLog, error: (_data, message = '') => void errors.push(message) },
    drives: started,
    limits: { stopGraceMs: 50 },
    sweepMs: 20,
    ...options,
  });
  opened.push(engine);
  const { start } = engine;
  return Object.assign(engine, {
    start: async (...given: Parameters<typeof start>) => {
      const run = await start(...given);
      started.add(run.id);
      return run;
    },
  });
}

/** A run that waits for whoever takes it, as its node left it. */
async function waitingRun(): Promise<RunId> {
  const first = await node();
  const { id } = await first.start('newsroom', { topic: 'tea' }, { requestedBy: 'user:rita' });
  await first.close();
  return id;
}

/** When a node has taken the run that waits, it has looked at all others. */
async function hasLooked(engine: Engine, waiting: RunId): Promise<void> {
  await expect.poll(async () => (await engine.journal.run(waiting))?.owner, SOON).toBe(engine.nodeId);
}

const ids = async (engine: Engine) => (await engine.journal.nodes()).map(({ id }) => id);

describe('another node that lives', () => {
  const hourAhead: Clock = { ...systemClock, now: () => new Date(Date.now() + 3_700_000).toISOString() };
  const cases: [string, () => Promise<unknown>, Partial<EngineOptions>][] = [
    [
      'in a container of the same host name, where its process id is nobody here',
      () => database.query('UPDATE holdpoint.nodes SET pid = $1, host = $2', [NO_PROCESS, hostname()]),
      {},
    ],
    ['and by whose clock it is an hour earlier', async () => undefined, { clock: hourAhead }],
  ];
  test.each(cases)('%s, keeps its row and its runs', async (_name, prepare, options) => {
    const other = await node({ drives: new Set() });
    const { id } = await other.start('newsroom', { topic: 'tea' }, { requestedBy: 'user:rita' });
    const waiting = await waitingRun();
    await prepare();
    const looking = await node(options);
    await hasLooked(looking, waiting);
    expect(await ids(looking)).toEqual([other.nodeId, looking.nodeId]);
    expect(await looking.journal.run(id)).toMatchObject({ owner: other.nodeId, epoch: 1 });
  });
});

test('an action in doubt of a silent node waits for its timeout and grace, whatever process has its id here', async () => {
  const clock = manualClock(new Date().toISOString());
  const pay = defineTool({
    name: 'pay',
    description: 'Pay.',
    input: z.strictObject({}),
    tier: 'automatic',
    timeout: '2h',
    execute: (_input, { signal }): Promise<string> => forever(signal),
  });
  const desk = defineCrew({
    name: 'desk',
    agents: { clerk: { role: 'Clerk', goal: 'Pay', tools: [pay] } },
    tasks: { pay: { agent: 'clerk', description: 'Pay' } },
  });
  const crews = [crewDefinition(desk)];
  const model = scriptedModel([call('pay', {}), answer('done')]);
  const frozen = await node({ crews, models: () => model, clock });
  const { id } = await frozen.start('desk', {}, { requestedBy: 'user:rita' });
  const events = async (type: string) => (await frozen.journal.read(id)).filter((event) => event.type === type);
  await expect.poll(() => events('action.started'), SOON).toHaveLength(1);
  await database.query('UPDATE holdpoint.nodes SET pid = $1, host = $2, seen_at = seen_at - 16000', [
    ...[NO_PROCESS, hostname()],
  ]);
  const other = await node({ crews, clock });
  await hasLooked(other, id);
  const lookLater = () => {
    clock.advance(900_000);
    return events('action.failed');
  };
  await expect.poll(lookLater, { ...SOON, interval: 10 }).toMatchObject([{ data: { effect: 'unknown' } }]);
  const [[started], [failed]] = [await events('action.started'), await events('action.failed')];
  const afterMs = Date.parse(failed?.at ?? '') - Date.parse(started?.at ?? '');
  expect(afterMs).toBeGreaterThanOrEqual(7_205_000);
});

describe("deadlines are judged by the database's clock", () => {
  const off = (ms: number): Clock => ({ ...systemClock, now: () => new Date(Date.now() + ms).toISOString() });
  const model = () => scriptedModel([answer('draft')]);
  let crews: EngineOptions['crews'];

  async function held(dueIn: '1s' | '10m'): Promise<HoldId> {
    const memo = defineCrew({
      name: 'memo',
      agents: { writer: { role: 'Writer', goal: 'Write' } },
      tasks: {
        draft: { agent: 'writer', description: 'Draft', confirm: 'after', review: { dueIn, onExpire: 'fail' } },
      },
    });
    crews = [crewDefinition(memo)];
    const first = await node({ crews, models: model });
    const { id } = await first.start('memo', {}, { requestedBy: 'user:rita' });
    const { openHolds } = await first.settled(id);
    await expect.poll(async () => (await first.journal.run(id))?.owner, SOON).toBeNull();
    await first.close();
    return openHolds[0] as HoldId;
  }

  test('so a node that is an hour ahead expires nothing', async () => {
    const holdId = await held('10m');
    const ahead = await node({ crews, models: model, clock: off(3_600_000) });
    const looked: string[] = [];
    const { due } = ahead.journal;
    ahead.journal.due = async (query) => {
      const found = await due.call(ahead.journal, query);
      looked.push(...found.items.map(({ id }) => id));
      return found;
    };
    // It has found the hold due and asked the database, twice.
    await expect.poll(() => looked.length, SOON).toBeGreaterThan(2);
    expect(await ahead.journal.hold(holdId)).toMatchObject({ status: 'open' });
  });

  test('and one that is an hour behind decides nothing after its time', async () => {
    const holdId = await held('1s');
    const behind = await node({ crews, models: model, clock: off(-3_600_000) });
    const hold = await behind.journal.hold(holdId);
    const { dueAt, digest = '' } = hold ?? {};
    await expect.poll(() => Date.now(), SOON).toBeGreaterThan(Date.parse(dueAt ?? '') + 50);
    const decided = behind.decide(holdId, { verdict: 'approve', digest }, { actor: person('user:ana') });
    await expect(decided).rejects.toMatchObject({ code: 'HOLD_ALREADY_DECIDED' });
    expect(await behind.journal.hold(holdId)).toMatchObject({ status: 'open' });
  });

  test("and a decision there is recorded at the database's time", async () => {
    const holdId = await held('10m');
    const behind = await node({ crews, models: model, clock: off(-3_600_000) });
    const { openedAt = '', digest = '', runId } = (await behind.journal.hold(holdId)) ?? {};
    // What this node foresaw for its own time is too far from the database's to be recorded as it is.
    await expect.poll(() => Date.now(), SOON).toBeGreaterThan(Date.parse(openedAt) + 1_100);
    await behind.decide(holdId, { verdict: 'approve', digest }, { actor: person('user:ana') });
    const events = await behind.journal.read(runId as RunId);
    const at = events.find(({ type }) => type === 'hold.decided')?.at ?? '';
    expect(Date.parse(at)).toBeGreaterThan(Date.parse(openedAt) + 1_000);
    expect(await behind.outcome(runId as RunId, { signal: AbortSignal.timeout(15_000) })).toMatchObject({
      status: 'completed',
    });
  });
});

describe('a node that was frozen', () => {
  test('for so long that it lost its row has it back', async () => {
    const clock = manualClock();
    const thawed = await node({ clock });
    await (await journal()).leave(thawed.nodeId);
    clock.advance(5_000);
    await expect.poll(() => ids(thawed), SOON).toEqual([thawed.nodeId]);
  });

  test('goes on with what it drives, and does not take that from itself', async () => {
    const clock = manualClock(new Date().toISOString());
    const thawed = await node({ clock });
    const { id } = await thawed.start('newsroom', { topic: 'tea' }, { requestedBy: 'user:rita' });
    const waiting = await waitingRun();
    await database.query('UPDATE holdpoint.nodes SET seen_at = seen_at - 16000');
    clock.advance(1_000);
    await hasLooked(thawed, waiting);
    expect(await thawed.journal.run(id)).toMatchObject({ owner: thawed.nodeId, epoch: 1 });
  });
});

test('a run that a node took and could not read goes on there once it can be read, without anybody else', async () => {
  const model = scriptedModel([answer('facts'), answer('draft'), answer('final')]);
  const first = await node({ models: () => model });
  const { id } = await first.start('newsroom', { topic: 'tea' }, { requestedBy: 'user:rita' });
  const { openHolds } = await first.settled(id);
  await expect.poll(async () => (await first.journal.run(id))?.owner, SOON).toBeNull();
  await first.close();
  const engine = await node({ models: () => model });
  const hold = await engine.journal.hold(openHolds[0] as HoldId);
  await database.query('ALTER TABLE holdpoint.events RENAME TO whole');
  await database.query(
    `CREATE FUNCTION holdpoint.damaged() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'invalid page' USING ERRCODE = 'XX001'; END $$`,
  );
  await database.query('CREATE VIEW holdpoint.events AS SELECT * FROM holdpoint.whole WHERE holdpoint.damaged()');
  const request = { verdict: 'approve', digest: hold?.digest ?? '' } as const;
  await engine.decide(hold?.id as HoldId, request, { actor: person('user:ana') });
  await expect.poll(() => errors.some((message) => message.startsWith('run not taken')), SOON).toBe(true);
  await database.query('DROP VIEW holdpoint.events; ALTER TABLE holdpoint.whole RENAME TO events');
  expect(await engine.outcome(id, { signal: AbortSignal.timeout(15_000) })).toMatchObject({ status: 'completed' });
});

test('a decision that was answered on another node is not told of again where its request comes a second time', async () => {
  const models = () => scriptedModel(['facts', 'draft', 'edited'].map((text) => answer(text)));
  const [here, there] = [await node({ models, drives: true }), await node({ models, drives: new Set() })];
  const { id } = await here.start('newsroom', { topic: 'tea' }, { requestedBy: 'user:rita' });
  await here.settled(id);
  const [hold] = (await here.journal.holds({ runId: id, status: 'open' })).items;
  if (!hold) throw new Error('no hold');
  const told: number[] = [];
  here.on({ committed: ({ runId, events }) => void (runId === id && told.push(...events.map(({ seq }) => seq))) });
  const request = { id: 'decide-once', content: 'a'.repeat(64) };
  const options = { actor: person('user:ana'), request };
  const decide = (engine: Engine) =>
    engine.decide(hold.id as HoldId, { digest: hold.digest, verdict: 'reject', reason: 'Too short.' }, options);
  const first = await decide(there);
  // This node remembers the run as it was at rest.
  expect(await decide(here)).toEqual(first);
  expect(told.filter((seq) => seq === first.recordedSeq)).toEqual([]);
});
