import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rehearsalModel } from '../../src/agents/rehearsal-model.ts';
import type { Hold, ReviewClient } from '../../src/client/index.ts';
import type { Model } from '../../src/crew/model.ts';
import type { RunId } from '../../src/ids.ts';
import { openHoldpoint } from '../../src/index.ts';
import newsroom from '../fixtures/crews/newsroom.crew.ts';
import { type FlakyProxy, flakyProxy } from '../support/flaky-proxy.ts';
import { type TestDatabase, type TestPostgres, testPostgres } from '../support/postgres.ts';
import { type TestServer, type TestServerOptions, testServer } from '../support/review-server.ts';

/** For waiting on a machine that others load. */
const SOON = { timeout: 15_000 };

let postgres: TestPostgres;
let database: TestDatabase;
let servers: TestServer[];
beforeAll(async () => {
  postgres = await testPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());
beforeEach(async () => {
  database = await postgres.database();
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
  await database.drop();
});

/** A server of its own with its own connections, on the one database. */
async function node(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await testServer({ database: database.url, ...options });
  servers.push(server);
  return server;
}

/** One that drives runs, and one that only shows them: it has no crews. */
async function drivingAndShowing(
  options: TestServerOptions = {},
): Promise<{ driving: TestServer; showing: TestServer }> {
  return { driving: await node(options), showing: await node({ crews: [] }) };
}

const start = (server: TestServer) =>
  server.engine.start('draft-desk', { topic: 'bees' }, { requestedBy: 'user:requester' });
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/** What a client is told of holds, as `opened ID`, once each. */
function toldOf(client: ReviewClient): string[] {
  const told: string[] = [];
  for (const what of ['opened', 'updated', 'closed'] as const)
    client.on(`hold:${what}`, ({ id }: Hold) => told.push(`${what} ${id}`));
  return told;
}

describe('a reviewer at one node', () => {
  test('sees what another does, decides there, and watches each event once and in order', async () => {
    const { driving, showing } = await drivingAndShowing();
    const review = await showing.client('reviewer');
    const told = toldOf(review);
    const updates: string[] = [];
    review.on('run:updated', ({ id, status }) => updates.push(`${id} ${status}`));
    const runs = await Promise.all(Array.from({ length: 8 }, () => start(driving)));
    const seen = new Map(runs.map(({ id }) => [id, [] as number[]]));
    for (const { id } of runs) review.runs.follow(id, ({ seq }) => seen.get(id)?.push(seq));
    await expect.poll(() => told.filter((line) => line.startsWith('opened')), SOON).toHaveLength(8);
    const { holds } = await review.holds.list({ status: 'open' });
    for (const hold of holds) await review.decide(hold, { verdict: 'approve' });
    for (const { id } of runs) {
      const { lastSeq } = await driving.engine.outcome(id, { signal: AbortSignal.timeout(20_000) });
      await expect.poll(() => seen.get(id), SOON).toEqual(upTo(lastSeq));
      await expect.poll(() => updates, SOON).toContain(`${id} completed`);
    }
    // Nobody drove anything where there was no crew.
    expect(holds.map(({ id }) => told.filter((line) => line.endsWith(id)).length)).toEqual(holds.map(() => 2));
  });

  test('sees comments, claims and supervised actions of the others', async () => {
    const { driving, showing } = await drivingAndShowing();
    const [here, there] = [await showing.client('reviewer', 'ana'), await driving.client('admin', 'ben')];
    const [told, notices] = [toldOf(here), [] as string[]];
    here.on('notice:supervised', ({ tool, runId }) => notices.push(`${tool} ${runId}`));
    const hold = await driving.held();
    // A claim that comes at once is told together with the opening.
    await expect.poll(() => told, SOON).toContain(`opened ${hold.id}`);
    await there.claim(hold.id);
    await expect.poll(() => told, SOON).toContain(`updated ${hold.id}`);
    expect((await here.holds.get(hold.id)).hold.claimedBy).toBe('user:ben');
    const labelled = await there.runs.start('label-desk', {});
    await expect.poll(() => notices, SOON).toEqual([`label ${labelled.id}`]);
  });

  test('sees what a program does that has no server', async () => {
    const showing = await node({ crews: [] });
    const review = await showing.client('reviewer');
    const told = toldOf(review);
    const program = await openHoldpoint({ crews: [newsroom], database: database.url, model: rehearsalModel() });
    try {
      const run = await program.start('newsroom', { topic: 'tea' });
      await expect.poll(() => told, SOON).toHaveLength(1);
      const [hold] = (await review.holds.list({ runId: run.id, status: 'open' })).holds;
      if (!hold) expect.unreachable();
      await review.decide(hold, { verdict: 'approve' });
      expect(await run.outcome({ signal: AbortSignal.timeout(10_000) })).toMatchObject({ status: 'completed' });
    } finally {
      await program.close();
    }
  });

  test('a program that is alone keeps no connection for others, and has one once somebody comes', async () => {
    const hints =
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'holdpoint hints'";
    await using program = await openHoldpoint({ crews: [newsroom], database: database.url, model: rehearsalModel() });
    await program.start('newsroom', { topic: 'tea' }).then((run) => run.settled());
    // Longer than it would wait with others there.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await database.query(hints)).toEqual([]);
    const showing = await node({ crews: [] });
    const told = toldOf(await showing.client('reviewer'));
    await expect.poll(async () => (await database.query(hints)).length, SOON).toBeGreaterThan(2);
    const { id } = await program.start('newsroom', { topic: 'coffee' });
    const { openHolds } = await (await program.run(id)).settled();
    await expect.poll(() => told, SOON).toContain(`opened ${openHolds[0]}`);
  });

  test('of two at two nodes who decide at once one wins, and the other is told who', async () => {
    const [a, b] = [await node(), await node()];
    const [ana, ben] = [await a.client('reviewer', 'ana'), await b.client('reviewer', 'ben')];
    const holds = await Promise.all(Array.from({ length: 25 }, () => a.held()));
    const races = holds.map(async (hold) => {
      const answers = await Promise.allSettled([
        ana.decide(hold, { verdict: 'approve' }),
        ben.decide(hold, { verdict: 'reject', reason: 'No.' }),
      ]);
      return answers.map((answer) =>
        answer.status === 'fulfilled' ? 'won' : (answer.reason as { code: string; details: object }),
      );
    });
    for (const answers of await Promise.all(races)) {
      const winner = answers.indexOf('won');
      const lost = { code: 'HOLD_ALREADY_DECIDED', details: { decidedBy: [winner === 0 ? 'user:ana' : 'user:ben'] } };
      expect(answers.filter((answer) => answer !== 'won')).toMatchObject([lost]);
    }
  });
});

test('a decision at a node that has not the crew wakes the run at the one that has', async () => {
  const { driving, showing } = await drivingAndShowing();
  const hold = await driving.held();
  await expect.poll(async () => (await driving.journal.run(hold.runId as RunId))?.owner, SOON).toBeNull();
  await (await showing.client('reviewer')).decide(hold, { verdict: 'approve' });
  const signal = AbortSignal.timeout(10_000);
  expect(await showing.engine.outcome(hold.runId as RunId, { signal })).toMatchObject({ status: 'completed' });
});

describe('an answer as it streams', () => {
  /** The rehearsal model, noting of each call whether its answer was to be streamed. */
  function notingModel(): { model: Model; streamed: boolean[] } {
    const streamed: boolean[] = [];
    const model = rehearsalModel();
    const respond: Model['respond'] = (request, options) => {
      streamed.push(options.onDelta !== null);
      return model.respond(request, options);
    };
    return { model: { ...model, respond }, streamed };
  }

  test('reaches who watches at another node, and is asked for whole where nobody does at any', async () => {
    const { model, streamed } = notingModel();
    const { driving, showing } = await drivingAndShowing({ model });
    const hold = await driving.held();
    const review = await showing.client('reviewer');
    expect(streamed).toEqual([false]);
    let text = '';
    review.on('run:delta', ({ part, text: more }) => {
      if (part === 'output') text += more;
    });
    const types: string[] = [];
    await review.runs.follow(hold.runId as RunId, ({ type }) => types.push(type));
    // What is watched here is known there when the events that are read here come.
    await expect.poll(() => types, SOON).toContain('hold.opened');
    await review.decide(hold, { verdict: 'reject', reason: 'Shorter.' });
    await expect.poll(() => types.filter((type) => type === 'hold.opened'), SOON).toHaveLength(2);
    expect(streamed).toEqual([false, true]);
    expect(text).not.toBe('');
    const { holds } = await review.holds.list({ runId: hold.runId as RunId, status: 'open' });
    expect(JSON.stringify(holds[0]?.proposal)).toContain(text.slice(0, 20));
  });
});

describe('the connection to the database by which a node hears of the others', () => {
  let network: FlakyProxy;
  let log: string[];
  beforeEach(async () => {
    network = await flakyProxy(postgres.port);
    log = [];
  });
  afterEach(() => network[Symbol.asyncDispose]());

  async function behindTheNetwork() {
    const url = new URL(database.url);
    url.host = new URL(network.url).host;
    const note = (_data: object, message = '') => void log.push(message);
    const showing = await node({
      crews: [],
      hints: { url: url.href, timeoutMs: 500 },
      log: { info: note, warn: note, error: note },
    });
    const driving = await node();
    const review = await showing.client('reviewer');
    return { driving, review, told: toldOf(review) };
  }
  const heardAgain = () => log.filter((line) => line === 'hears of other nodes again').length;

  test.each([
    ['is cut', () => network.cut()],
    ['falls silent', () => network.pause()],
  ])(
    '%s, and comes back without a restart: who looks on reads what was missed, and is told the rest',
    async (_, harm) => {
      const { driving, review, told } = await behindTheNetwork();
      const first = await driving.held();
      await expect.poll(() => told, SOON).toEqual([`opened ${first.id}`]);
      const missed: string[] = [];
      review.on(
        'connected',
        () => void review.holds.list({}).then(({ holds }) => missed.push(...holds.map(({ id }) => id))),
      );
      harm();
      const second = await driving.held();
      await expect.poll(() => log, SOON).toContain('hears nothing of other nodes until its connection is back');
      network.resume();
      await expect.poll(heardAgain, SOON).toBe(1);
      await expect.poll(() => missed, SOON).toContain(second.id);
      const third = await driving.held();
      await expect.poll(() => told, SOON).toContain(`opened ${third.id}`);
    },
  );

  test('is silent while a process ends: it ends all the same', async () => {
    await node();
    const url = new URL(database.url);
    url.host = new URL(network.url).host;
    const script = fileURLToPath(new URL('../support/hints-main.ts', import.meta.url));
    const child = spawn(process.execPath, ['--no-warnings', script, url.href], { stdio: ['pipe', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    let said = '';
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
    });
    try {
      await expect.poll(() => said, SOON).toContain('listens\n');
      network.pause();
      await expect.poll(() => said, SOON).toContain('hears nothing');
      // In the middle of connecting again.
      const { connections } = network;
      await expect.poll(() => network.connections, SOON).toBeGreaterThan(connections);
      child.stdin.end();
      expect(
        await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 15_000, 'still there'))]),
      ).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
      await exited;
    }
  });

  test('is not there while a node starts: it serves all the same, and hears once it is', async () => {
    network.pause();
    const { driving, told } = await behindTheNetwork();
    network.resume();
    const opened: string[] = [];
    // What opens before it listens is not told; what opens afterwards is, a moment later.
    const isTold = async () => {
      opened.push(`opened ${(await driving.held()).id}`);
      return opened.some((one) => told.includes(one));
    };
    await expect.poll(isTold, { timeout: 15_000 }).toBe(true);
  });
});
