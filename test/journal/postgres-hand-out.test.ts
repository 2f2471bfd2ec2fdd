import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RunId } from '../../src/ids.ts';
import type { HandOut, Taken } from '../../src/journal/hand-out.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openPostgresJournal } from '../../src/journal/postgres-journal.ts';
import type { Query } from '../../src/journal/postgres-pool.ts';
import { RunJobs } from '../../src/journal/run-jobs.ts';
import { type TestDatabase, type TestPostgres, testPostgres } from '../support/postgres.ts';
import { amendmentOf, appendOf, proposed, runId, summaryOf } from '../support/sample-journal.ts';

let server: TestPostgres;
let database: TestDatabase;
let nodes: Node[];
beforeAll(async () => {
  server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  database = await server.database();
  nodes = [];
});
afterEach(async () => {
  for (const node of nodes) await node.end();
  await database.drop();
});

interface Node {
  readonly id: string;
  readonly journal: Journal;
  readonly handOut: HandOut;
  /** What it was told: `work`, `lost RUN` or `poke RUN`. */
  readonly told: string[];
  take(limit?: number): Promise<Taken[]>;
  end(): Promise<void>;
}

/** A node with the crew `desk`: its journal, and its part of handing out. */
async function node(id: string, limits: Record<string, number> = {}): Promise<Node> {
  const journal = await openPostgresJournal({ url: database.url });
  const { handOut } = journal;
  if (!handOut) expect.unreachable();
  const now = new Date().toISOString();
  const row = { id, pid: 7, host: 'h', url: null, startedAt: now, seenAt: now };
  const told: string[] = [];
  await journal.enter(row);
  await handOut.join(row, {
    ...{ limits, crews: ['desk'] },
    work: () => told.push('work'),
    poke: (run) => told.push(`poke ${run}`),
    lost: (run) => told.push(`lost ${run}`),
    trouble: (what, error) => told.push(`${what}: ${String(error)}`),
  });
  // Its jobs are there.
  await expect.poll(() => told, { timeout: 10_000 }).toContain('work');
  told.length = 0;
  const self: Node = {
    ...{ id, journal, handOut, told },
    take: (limit = 100) => handOut.take(limit, new Map([['desk', Number.POSITIVE_INFINITY]])),
    async end() {
      await handOut.leave();
      await journal.close();
    },
  };
  nodes.push(self);
  return self;
}

const run = runId('one');

/** `run state` of every job of a run. */
async function jobs(): Promise<string[]> {
  const rows = await database.query(
    "SELECT singleton_key, state FROM holdpoint_jobs.job WHERE name <> 'leader' ORDER BY singleton_key",
  );
  return rows.map(({ singleton_key, state }) => `${singleton_key} ${state}`);
}

/** As if nobody had been heard of for a while. */
async function silence(): Promise<void> {
  await database.query(
    "UPDATE holdpoint_jobs.job SET heartbeat_on = heartbeat_on - interval '1 minute' WHERE name <> 'leader'",
  );
  await database.query("UPDATE holdpoint.nodes SET seen_at = seen_at - 60000 WHERE id = 'a'");
}

async function jobsOf(url: string) {
  const jobs = await RunJobs.open({ url });
  return { jobs, [Symbol.asyncDispose]: () => jobs.close() };
}

test('nodes that start at the same moment on an empty database make the queues once', async () => {
  await Promise.all(['a', 'b', 'c', 'd'].map((id) => node(id)));
  expect(nodes.flatMap(({ told }) => told.filter((what) => what !== 'work'))).toEqual([]);
  await nodes[0]?.journal.append(appendOf(run, { owner: null }).batch);
  expect(await nodes[3]?.take()).toHaveLength(1);
});

test('a run has a job while it waits and while who was given it is at it; one that its node started or woke needs none', async () => {
  const [a, b] = [await node('a'), await node('b')];
  await a.journal.append(appendOf(run, { owner: 'a' }).batch);
  expect(await jobs()).toEqual([]);
  expect(await b.take()).toEqual([]);
  const { hash } = await a.journal.head(run);
  expect(await a.journal.rest(run, 1, hash, summaryOf(run))).toBe(true);
  await a.journal.amend(run, null, ({ head }) => amendmentOf(run, head, { wake: true }));
  expect(await jobs()).toEqual([`${run} created`]);
  expect(await b.take()).toEqual([{ runId: run, epoch: 2, from: null }]);
  expect(await jobs()).toEqual([`${run} active`]);
  expect(await b.journal.rest(run, 2, hash, summaryOf(run))).toBe(false);
  expect(await jobs()).toEqual([`${run} active`]);
  const head = await b.journal.head(run);
  expect(await b.journal.rest(run, 2, head.hash, summaryOf(run))).toBe(true);
  expect(await jobs()).toEqual([]);
  const { epoch } = await a.journal.amend(run, null, ({ head }) =>
    amendmentOf(run, head, { wake: true, takeFor: 'a' }),
  );
  expect(epoch).toBe(3);
  expect(await jobs()).toEqual([]);
});

test('a driver of a run that its node started begins again with an epoch of its own', async () => {
  const a = await node('a');
  await a.journal.append(appendOf(run, { owner: 'a' }).batch);
  expect(await a.handOut.claim(run)).toEqual({ runId: run, epoch: 2, from: 'a' });
  await a.journal.rest(run, 2, (await a.journal.head(run)).hash, summaryOf(run));
  expect(await a.handOut.claim(run)).toBeNull();
});

test('a run without an owner goes to exactly one of the nodes that are told of it', async () => {
  const all = await Promise.all(['a', 'b', 'c'].map((id) => node(id)));
  const ids = Array.from({ length: 30 }, (_, n) => runId(`${n}`));
  await Promise.all(ids.map((id, n) => all[n % 3]?.journal.append(appendOf(id, { owner: null }).batch)));
  for (const each of all) await expect.poll(() => each.told).toContain('work');
  const taken = (await Promise.all(all.map((each) => each.take()))).flat();
  expect(taken.map((each) => each.runId).toSorted()).toEqual(ids.toSorted());
  expect(new Set(taken.map(({ epoch, from }) => `${epoch} ${from}`))).toEqual(new Set(['2 null']));
});

test('a decision on a node that may not drive the run wakes another; one on a run at work has its owner look', async () => {
  const [a, b] = [await node('a'), await node('b')];
  await a.journal.append(appendOf(run, { owner: 'a' }).batch);
  await a.journal.rest(run, 1, (await a.journal.head(run)).hash, summaryOf(run));
  await a.journal.amend(run, null, ({ head }) => amendmentOf(run, head, { wake: true }));
  await expect.poll(() => b.told).toContain('work');
  expect(await b.take()).toEqual([{ runId: run, epoch: 2, from: null }]);
  await a.journal.amend(run, null, ({ head }) => amendmentOf(run, head, { wake: true, takeFor: 'a' }));
  await expect.poll(() => b.told).toContain(`poke ${run}`);
  expect(await jobs()).toEqual([`${run} active`]);
});

test('a node that leaves gives its runs to the others at once', async () => {
  const [a, b] = [await node('a'), await node('b')];
  await a.journal.append(appendOf(run, { owner: 'a' }).batch);
  await a.journal.leave('a');
  await a.handOut.leave();
  await expect.poll(() => b.told).toContain('work');
  expect(await b.take()).toEqual([{ runId: run, epoch: 2, from: 'a' }]);
});

test('a node that was silent loses its runs: its append is refused, and it is told when it is back', async () => {
  const [a, b] = [await node('a'), await node('b')];
  const other = runId('two');
  const { batch, head } = appendOf(run, { owner: 'a' });
  await a.journal.append(batch);
  await a.journal.append(appendOf(other, { owner: null }).batch);
  expect(await a.take()).toEqual([{ runId: other, epoch: 2, from: null }]);
  const taken: Taken[] = [];
  // Not before it is sure that it was not the one that was cut off.
  await expect
    .poll(
      async () => {
        await silence();
        await b.handOut.sweep();
        taken.push(...(await b.take()));
        return taken.map(({ runId, epoch, from }) => `${runId} ${epoch} ${from}`).toSorted();
      },
      { timeout: 15_000, interval: 200 },
    )
    .toEqual([`${run} 2 a`, `${other} 3 a`]);
  const late = a.journal.append(appendOf(run, { owner: 'a', head, drafts: [proposed('x')] }).batch);
  await expect(late).rejects.toMatchObject({ code: 'OWNER_LOST' });
  for (const lost of [run, other]) await expect.poll(() => a.told, { timeout: 10_000 }).toContain(`lost ${lost}`);
  expect(b.told.filter((what) => what.startsWith('lost'))).toEqual([]);
}, 30_000);

test('after an outage nobody takes the runs of who was cut off as well', async () => {
  const [a, b] = [await node('a'), await node('b')];
  await a.journal.append(appendOf(run, { owner: 'a' }).batch);
  await silence();
  await b.handOut.sweep();
  expect(b.handOut.leads).toBe(true);
  expect(await b.take()).toEqual([]);
  expect(await jobs()).toEqual([]);
});

test('a job that was given to a node which then fell silent is not its own any more when it comes back', async () => {
  const a = await node('a');
  await a.journal.append(appendOf(run, { owner: null }).batch);
  await using late = await jobsOf(database.url);
  const given = await late.jobs.take('desk', 1, null);
  const held = async () => [...(await late.jobs.held(database.query as Query, given))];
  expect(await held()).toEqual([run]);
  await silence();
  await late.jobs.supervise();
  expect(await a.take()).toEqual([{ runId: run, epoch: 2, from: null }]);
  expect(await held()).toEqual([]);
  expect(await late.jobs.keep(given)).toEqual(given);
});

test('of a crew with a limit no more are at work than that, whoever looks at the same time', async () => {
  const all = await Promise.all(['a', 'b', 'c'].map((id) => node(id, { desk: 4 })));
  const ids = Array.from({ length: 12 }, (_, n) => runId(`${n}`));
  for (const id of ids) await all[0]?.journal.append(appendOf(id, { owner: null }).batch);
  const working = new Map<RunId, Node>();
  const done: RunId[] = [];
  while (done.length < ids.length) {
    const looks = await Promise.all(
      all.map(async (each) => (await each.take(2)).map((taken) => [taken.runId, each] as const)),
    );
    for (const [id, each] of looks.flat()) working.set(id, each);
    expect(working.size).toBeLessThanOrEqual(4);
    expect(working.size).toBeGreaterThan(0);
    for (const [id, each] of [...working].slice(0, 2)) {
      working.delete(id);
      await each.journal.rest(id, 2, (await each.journal.head(id)).hash, summaryOf(id));
      done.push(id);
    }
  }
  expect(new Set(done).size).toBe(ids.length);
});

test('what waits for a node is offered once the jobs of the one that woke it are open', async () => {
  await node('a');
  const b = await openPostgresJournal({ url: database.url });
  const now = new Date().toISOString();
  const row = { id: 'b', pid: 7, host: 'h', url: null, startedAt: now, seenAt: now };
  await b.enter(row);
  const nobody = () => undefined;
  await b.handOut?.join(row, {
    limits: {},
    crews: ['desk'],
    work: nobody,
    poke: nobody,
    lost: nobody,
    trouble: nobody,
  });
  await b.append(appendOf(run, { owner: null }).batch);
  await expect.poll(jobs, { timeout: 5_000 }).toEqual([`${run} created`]);
  await b.handOut?.leave();
  await b.close();
});

test('a run that somebody woke who knows of no jobs is offered by the one node that leads', async () => {
  const [a, b] = [await node('a'), await node('b')];
  const other = await openPostgresJournal({ url: database.url });
  await other.append(appendOf(run, { owner: null }).batch);
  await other.append(appendOf(runId('two'), { owner: 'dead' }).batch);
  await other.close();
  for (const each of [a, b]) await each.handOut.sweep();
  expect([a.handOut.leads, b.handOut.leads]).toEqual([true, false]);
  expect(await b.take()).toEqual([
    { runId: run, epoch: 2, from: null },
    { runId: runId('two'), epoch: 2, from: 'dead' },
  ]);
  await a.handOut.leave();
  await b.handOut.sweep();
  expect(b.handOut.leads).toBe(true);
});
