import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunSummary } from '../../src/client/index.ts';
import type { RunId } from '../../src/ids.ts';
import { RunUpdates } from '../../src/server/run-updates.ts';
import { type TestServer, testServer } from '../support/review-server.ts';
import { runId, summaryOf } from '../support/sample-journal.ts';

describe('updates of runs', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const idsOf = (readers: number) => Array.from({ length: readers }, (_, index) => `reader ${index + 1}`);

  /** 50 readers and 500 messages a second: an update is 100 ms of sending. */
  function updates({ readers = 50, perSecond = 500 } = {}) {
    const told: string[] = [];
    const heard = new Map<string, number[]>();
    const now = { readers };
    const sent = new RunUpdates({
      isAnybodyHere: () => now.readers > 0,
      readers: () => idsOf(now.readers),
      perSecond,
      tell: ({ id, lastSeq }, some) => {
        told.push(`${id.slice(4)} ${lastSeq}`);
        for (const reader of some) heard.set(reader, [...(heard.get(reader) ?? []), lastSeq]);
      },
      tellWatchers: ({ id, lastSeq }) => told.push(`watchers: ${id.slice(4)} ${lastSeq}`),
    });
    const add = (name: string, lastSeq: number, pressing = false) =>
      sent.add(summaryOf(runId(name), { lastSeq }), { pressing });
    const toAll = () => told.filter((line) => !line.startsWith('watchers'));
    return { sent, add, told, toAll, now, heard };
  }

  test('go at once while they are few', () => {
    const { add, told } = updates({ readers: 1 });
    for (let seq = 1; seq <= 20; seq++) add('a', seq);
    expect(told).toEqual(Array.from({ length: 20 }, (_, index) => `a ${index + 1}`));
  });

  test('wait for their turn where they are too many: several of a run become one, and the last state comes', async () => {
    const { add, toAll } = updates();
    for (let seq = 1; seq <= 5; seq++) for (const name of ['a', 'b', 'c']) add(name, seq);
    expect(toAll()).toEqual(['a 1']);
    await vi.advanceTimersByTimeAsync(99);
    expect(toAll()).toEqual(['a 1', 'b 5']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(toAll()).toEqual(['a 1', 'b 5', 'c 5', 'a 5']);
    add('a', 6);
    expect(toAll().at(-1)).toBe('a 6');
  });

  test('are told at once to who watches the run', () => {
    const { add, told } = updates();
    add('a', 1);
    add('b', 1);
    add('b', 2);
    expect(told).toEqual(['a 1', 'watchers: b 1', 'watchers: b 2']);
  });

  test('come first where a person may have to look, but do not keep the others from ever coming', async () => {
    const { add, toAll } = updates();
    add('first', 1);
    for (const name of ['a', 'b']) add(name, 1);
    for (const name of ['held', 'failed', 'b']) add(name, 2, true);
    // What follows on it does not send it back.
    add('held', 3);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(toAll()).toEqual(['first 1', 'held 3', 'a 1', 'failed 2', 'b 2']);
  });

  test('are never of an older state than the one that waits', async () => {
    const { add, toAll } = updates();
    for (const seq of [1, 7, 5]) add('a', seq);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(toAll()).toEqual(['a 1', 'a 7']);
  });

  test('wait for nobody: who connects later reads what is', async () => {
    const { add, now, toAll } = updates();
    for (const seq of [1, 2]) add('a', seq);
    now.readers = 0;
    add('a', 3);
    now.readers = 1;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(toAll()).toEqual(['a 1']);
  });

  test('go to fifty readers at a turn of the event loop, so that nothing else waits for all of them', async () => {
    const { add, told, heard } = updates({ readers: 120, perSecond: 100_000 });
    add('a', 1);
    expect(heard.size).toBe(50);
    let between = 0;
    setImmediate(() => {
      between = heard.size;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(between).toBe(100);
    expect(told).toEqual(['a 1', 'a 1', 'a 1']);
    expect([...heard]).toEqual(idsOf(120).map((reader) => [reader, [1]]));
  });

  test('say what is newest to those whose turn comes later, and that again to the others', async () => {
    const { add, told, heard } = updates({ readers: 120, perSecond: 100_000 });
    add('a', 1);
    add('a', 2);
    // Who watches it knows the second from here on, and must not hear the first.
    expect(told).toEqual(['a 1', 'watchers: a 2']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(heard.get('reader 1')).toEqual([1, 2]);
    expect(heard.get('reader 120')).toEqual([2, 2]);
    add('a', 1);
    add('a', 3);
    add('a', 1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([...heard.values()].map((seqs) => seqs.at(-1))).toEqual(idsOf(120).map(() => 3));
  });

  test('end with the server', async () => {
    const { sent, add, told } = updates();
    for (const seq of [1, 2]) add('a', seq);
    sent.close();
    add('a', 3);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toEqual(['a 1', 'watchers: a 2']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('over sockets, where updates are more than the server sends', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await testServer({ limits: { runUpdatesPerSecond: 100 } });
  });
  afterEach(() => server[Symbol.asyncDispose]());

  test('every reader is told the last state of every run, never an older one after a newer one, and of holds at once', async () => {
    const reviews = await Promise.all(['ana', 'ben', 'cleo', 'dora'].map((user) => server.client('reviewer', user)));
    const told = reviews.map(() => new Map<string, RunSummary[]>());
    const holds = reviews.map(() => new Set<string>());
    reviews.forEach((review, index) => {
      review.on('run:updated', (run) => told[index]?.set(run.id, [...(told[index]?.get(run.id) ?? []), run]));
      review.on('hold:opened', ({ id }) => holds[index]?.add(id));
    });
    let commits = 0;
    server.engine.on({ committed: () => commits++ });
    const runs = await Promise.all(
      Array.from({ length: 30 }, () =>
        server.engine.start('draft-desk', { topic: 'bees' }, { requestedBy: 'user:requester' }),
      ),
    );
    await Promise.all(runs.map(({ id }) => server.engine.settled(id)));
    // 30 runs are 120 messages a state: more than a second's.
    await expect.poll(() => holds.map((of) => of.size), { interval: 5 }).toEqual([30, 30, 30, 30]);
    expect(told[0]?.size).toBeLessThan(30);
    for (const { id } of runs) {
      const { outputs: _outputs, ...last } = await server.engine.run(id as RunId);
      await expect
        .poll(() => told.map((of) => of.get(id)?.at(-1)), { timeout: 20_000 })
        .toEqual(reviews.map(() => last));
    }
    const sequences = told.flatMap((of) => [...of.values()].map((states) => states.map(({ lastSeq }) => lastSeq)));
    for (const seqs of sequences) expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect([...(told[0]?.values() ?? [])].flat().length).toBeLessThan(commits);
  });

  test('who watches a run is told of it before the others are', async () => {
    const [watching, other] = [await server.client('reviewer', 'ana'), await server.client('reviewer', 'ben')];
    const order: string[] = [];
    // More runs than are sent at once, so that the one that is watched would wait.
    const runs = await Promise.all(Array.from({ length: 40 }, () => server.held()));
    const watched = runs[39]?.runId ?? '';
    const stop = watching.runs.follow(watched, () => undefined);
    await expect.poll(() => server.engine.journal.run(watched as RunId)).toBeDefined();
    for (const [name, client] of Object.entries({ watching, other }))
      client.on('run:updated', ({ id, status }) => id === watched && status === 'completed' && order.push(name));
    for (const hold of runs) await watching.decide(hold, { verdict: 'approve' });
    await expect.poll(() => order, { timeout: 20_000 }).toContain('other');
    expect(order[0]).toBe('watching');
    stop();
  });
});
