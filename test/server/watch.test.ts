import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectReview } from '../../src/client/index.ts';
import { draft } from '../../src/crew/events.ts';
import type { RunId } from '../../src/ids.ts';
import { EMPTY_HEAD, headOf, type JournalEvent, seal } from '../../src/journal/envelope.ts';
import { RunWatcher } from '../../src/server/run-watcher.ts';
import { SharedPages } from '../../src/server/shared-pages.ts';
import { type FlakyProxy, flakyProxy } from '../support/flaky-proxy.ts';
import { rawSocket, send } from '../support/raw-socket.ts';
import { type TestServer, testServer } from '../support/review-server.ts';
import { started, summaryOf } from '../support/sample-journal.ts';

let server: TestServer;
let network: FlakyProxy;
beforeAll(async () => {
  server = await testServer({ allowedHosts: ['127.0.0.1'], limits: { slowClientMs: 2_500 } });
  network = await flakyProxy(server.port);
});
afterAll(async () => {
  await network[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

let salts = 0;
const given = () => ({ at: new Date().toISOString(), salt: () => (++salts).toString(16).padStart(32, '0') });

/** A run that some other process writes: the engine of the server is told nothing of it. */
async function foreignRun(name: string) {
  const runId = `run_${name}` as RunId;
  let head = EMPTY_HEAD;
  const base = { runId, epoch: 1, owner: 'node_elsewhere', payloads: [], holds: [], fingerprint: 'f' };
  const add = async (count: number, text = 'x') => {
    const drafts = Array.from({ length: count }, () => draft('run.cancel-requested', { reason: text }));
    const events = seal(runId, head, head.seq === 0 ? [started(), ...drafts] : drafts, given());
    await server.journal.append({
      ...base,
      head,
      events,
      summary: summaryOf(runId, { lastSeq: head.seq + events.length }),
    });
    head = headOf(events);
  };
  await add(1);
  return { runId, add };
}

const seqs = (events: readonly JournalEvent[]) => events.map(({ seq }) => seq);
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('watching a run', () => {
  test('brings each event once, in order, across cut connections and many writes', async () => {
    const review = await connectReview(network.url, { token: await server.token('viewer') });
    const { runId, add } = await foreignRun('cut');
    const told: JournalEvent[] = [];
    const stop = review.runs.follow(runId, (event) => told.push(event));
    let reconnects = 0;
    review.on('connected', () => reconnects++);
    for (let round = 0; round < 8; round++) {
      await add(37);
      // In the middle of sending, as a network would.
      setTimeout(network.cut, round * 5);
      await new Promise((resolve) => setTimeout(resolve, 60 + round * 40));
    }
    await expect.poll(() => told.length, { timeout: 10_000 }).toBe(2 + 8 * 37);
    expect(seqs(told)).toEqual(upTo(told.length));
    expect(told).toEqual(await server.journal.read(runId));
    expect(reconnects).toBeGreaterThan(1);
    stop();
    await review.close();
  });

  test('begins after the event that the client has, and several watches of a run do not disturb each other', async () => {
    const review = await server.client('viewer');
    const { runId, add } = await foreignRun('twice');
    await add(250);
    const late: JournalEvent[] = [];
    const all: JournalEvent[] = [];
    review.runs.follow(runId, (event) => late.push(event), { after: 200 });
    await expect.poll(() => late.length).toBe(52);
    review.runs.follow(runId, (event) => all.push(event));
    await add(10);
    await expect.poll(() => [late.length, all.length], { timeout: 5_000 }).toEqual([62, 262]);
    expect([seqs(late), seqs(all)]).toEqual([upTo(262, 201), upTo(262)]);
  });

  test('is acknowledged before the first event, and ends with unwatch', async () => {
    const socket = await rawSocket(server.url, await server.token('viewer'));
    const { runId, add } = await foreignRun('raw');
    const order: string[] = [];
    socket.on('run:event', ({ seq }) => order.push(`event ${seq}`));
    socket.emit('run:watch', { runId }, () => order.push('acknowledged'));
    await expect.poll(() => order).toEqual(['acknowledged', 'event 1', 'event 2']);
    expect((await send(socket, 'run:unwatch', { runId })).ok).toBe(true);
    await add(1);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(order).toHaveLength(3);
    expect((await send(socket, 'run:watch', { runId: 'run_none' })).error?.code).toBe('RUN_NOT_FOUND');
    socket.disconnect();
  });

  test('shows the answer as it streams, only to those who watch, and before its event', async () => {
    const [watching, other] = [await server.client('admin'), await server.client('viewer')];
    const heard: string[] = [];
    let text = '';
    other.on('run:delta', () => heard.push('delta to the other'));
    watching.on('run:delta', (delta) => {
      if (delta.part === 'output' && delta.offset === text.length) text += delta.text;
      heard.push('delta');
    });
    const run = await watching.runs.start('draft-desk', { topic: 'bees' });
    watching.runs.follow(run.id, ({ type }) => heard.push(type));
    await server.engine.settled(run.id);
    await expect.poll(() => heard).toContain('hold.opened');
    expect(heard).not.toContain('delta to the other');
    const { holds } = await watching.holds.list({ runId: run.id });
    if (heard.includes('delta')) expect(holds[0]?.proposal).toContain(text);
  });

  test('a client that takes nothing is cut after a while, comes back and goes on; the others notice nothing', async () => {
    const { runId, add } = await foreignRun('slow');
    await add(300, 'x'.repeat(100_000));
    const slow = await connectReview(network.url, { token: await server.token('viewer') });
    const fast = await server.client('viewer');
    const told: JournalEvent[] = [];
    const toldFast: JournalEvent[] = [];
    const cut = new Promise<void>((resolve) => slow.on('disconnected', resolve));
    network.pause();
    slow.runs.follow(runId, (event) => told.push(event));
    fast.runs.follow(runId, (event) => toldFast.push(event));
    await expect.poll(() => toldFast.length, { timeout: 10_000 }).toBe(302);
    expect(told).toEqual([]);
    setTimeout(network.resume, 4_500);
    await cut;
    await expect.poll(() => told.length, { timeout: 15_000 }).toBe(302);
    expect(seqs(told)).toEqual(upTo(302));
    await slow.close();
  });

  test('sends nothing more while the client is behind', async () => {
    const { runId, add } = await foreignRun('behind');
    await add(50);
    const sent: number[] = [];
    let congested = false;
    const pages = new SharedPages({
      journal: server.journal,
      send: ({ seq }) => {
        sent.push(seq);
        congested = seq === 10;
      },
    });
    const watcher = new RunWatcher({
      ...{ pages, socketId: 'behind', runId, after: 0, onError: (error) => expect.fail(String(error)) },
      congested: () => congested,
    });
    for (let wakes = 0; wakes < 5; wakes++) watcher.wake();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sent).toEqual(upTo(10));
    congested = false;
    await expect.poll(() => sent).toEqual(upTo(52));
    watcher.stop();
  });
});
