import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectReview, type Hold, type ReviewClient } from 'holdpoint/client';
import pg from 'pg';
import type { Place } from '../driver/places.ts';
import type { Scenario, Sizes } from '../driver/scenario.ts';
import { type Served, serve } from '../driver/served.ts';
import type { Result, Stage } from '../driver/stage.ts';
import { quantileOf } from '../driver/statistics.ts';
import { nowUs } from '../model-server/protocol.ts';
import { onNewPlace } from './contested.ts';

/** Starts that one client has under way. */
const AT_ONCE = 8;
const QUIET_MS = 500;

interface Node {
  readonly server: Served;
  readonly client: ReviewClient;
}

export const nodes: Scenario = {
  name: 'nodes',
  what:
    'One, two and three `holdpoint serve` on one Postgres, with the client, the model server and Postgres on the same machine: 300 runs of 3 ' +
    'tasks started over the websocket, each node’s share by a client of its own, eight at a time. Then 100 held runs that were started on one ' +
    'node and are approved on another: from the call in the client to the next request at the model server.',
  entrants: [{ contestant: 'holdpoint', store: 'postgres' }],
  maxRounds: 1,
  columns: [
    ...[1, 2, 3].flatMap((count) => [
      { key: `runs_per_s_${count}`, title: `runs/s on ${count}` },
      { key: `tasks_per_s_${count}`, title: 'tasks/s' },
    ]),
    { key: 'decision_p50_ms', title: 'decision elsewhere to next call p50 ms' },
    { key: 'decision_p99_ms', title: 'p99 ms' },
  ],
  async play(stage, entrant, sizes) {
    const result: Record<string, unknown> = {};
    for (const count of [1, 2, 3]) {
      const perSecond = await onNewPlace(stage, entrant, (place) =>
        withNodes(stage, place, { count, crew: 'relay.crew.js' }, (all) => throughputOf(stage, all, sizes.of(300))),
      );
      result[`runs_per_s_${count}`] = perSecond;
      result[`tasks_per_s_${count}`] = 3 * perSecond;
    }
    const decided = await onNewPlace(stage, entrant, (place) =>
      withNodes(stage, place, { count: 2, crew: 'held.crew.js' }, (all) => decisionsOf(stage, all, sizes.of(100))),
    );
    return { ...result, ...decided };
  },
};

export const heldNode: Scenario = {
  name: 'held-node',
  what:
    'A node on a Postgres with 10,000 held runs of 3 tasks (100,000 with `--large`): one real run, its rows copied under other ids, so that ' +
    'only its own chain verifies. From the start of the process to its first answer, its memory a few seconds later, the first page of holds, ' +
    'a decision on the real run, and the database.',
  entrants: [{ contestant: 'holdpoint', store: 'postgres' }],
  maxRounds: 1,
  columns: [
    { key: 'held', title: 'held runs' },
    { key: 'ready_ms', title: 'start to ready ms' },
    { key: 'empty_ready_ms', title: 'with none' },
    { key: 'rss_mb', title: 'RSS MB' },
    { key: 'empty_rss_mb', title: 'with none' },
    { key: 'page_ms', title: 'page of 50 holds ms' },
    { key: 'next_call_ms', title: 'decision to next call ms' },
    { key: 'disk_kb_per_run', title: 'disk KB a run' },
    { key: 'disk_mb', title: 'database MB' },
  ],
  play: (stage, entrant, sizes) => onNewPlace(stage, entrant, (place) => amongHeldRuns(stage, place, sizes)),
};

async function withNodes<T>(
  stage: Stage,
  place: Place,
  { count, crew }: { count: number; crew: string },
  work: (nodes: readonly Node[]) => Promise<T>,
): Promise<T> {
  const all: Node[] = [];
  try {
    for (let index = 0; index < count; index++) {
      const server = await serve(stage, place, crew, all[0]?.server.token);
      all.push({ server, client: await connectReview(server.url, { token: server.token }) });
    }
    return await work(all);
  } finally {
    for (const { client, server } of all) {
      await client.close();
      await server.stop();
    }
  }
}

/** Runs a second, from the first start to the last end. */
async function throughputOf(stage: Stage, all: readonly Node[], runs: number): Promise<number> {
  const [first] = all;
  if (!first) return Number.NaN;
  const ended = new Set<string>();
  const allEnded = Promise.withResolvers<void>();
  first.client.on('run:updated', ({ id, status }) => {
    if (status === 'completed' && ended.add(id).size === runs) allEnded.resolve();
  });
  const from = nowUs();
  const left = Array.from({ length: runs }, (_, index) => index).values();
  const startSome = async (client: ReviewClient) => {
    for (const _ of left) await client.runs.start('relay', { run: stage.name('node') });
  };
  await Promise.all(all.flatMap(({ client }) => Array.from({ length: AT_ONCE }, () => startSome(client))));
  await allEnded.promise;
  return runs / ((nowUs() - from) / 1_000_000);
}

/** Each run is started on the first node and approved on the second. */
async function decisionsOf(stage: Stage, [started, decides]: readonly Node[], runs: number): Promise<Result> {
  if (!started || !decides) return {};
  const holds = new Map<string, Hold>();
  started.client.on('hold:opened', (hold) => holds.set(hold.runId ?? '', hold));
  const names = new Map<string, string>();
  for (let index = 0; index < runs; index++) {
    const run = stage.name('elsewhere');
    names.set((await started.client.runs.start('relay', { run })).id, run);
  }
  while (holds.size < runs) await sleep(20);
  await sleep(QUIET_MS);
  const latencies: number[] = [];
  for (const [runId, hold] of holds) {
    const from = nowUs();
    await decides.client.decide(hold, { verdict: 'approve' });
    const { at } = await stage.model.arrival(names.get(runId) ?? '', 2);
    latencies.push((at - from) / 1_000);
  }
  return { decision_p50_ms: quantileOf(latencies, 0.5), decision_p99_ms: quantileOf(latencies, 0.99) };
}

async function amongHeldRuns(stage: Stage, place: Place, sizes: Sizes): Promise<Result> {
  const held = sizes.large ? 100_000 : sizes.of(10_000);
  const run = stage.name('held');
  const crew = { count: 1, crew: 'held.crew.js' };
  const empty = await withNodes(stage, place, crew, async ([node]) => {
    const opened = Promise.withResolvers<Hold>();
    node?.client.on('hold:opened', opened.resolve);
    await node?.client.runs.start('relay', { run });
    return { hold: await opened.promise, empty_ready_ms: node?.server.readyMs, empty_rss_mb: await rssOf(node) };
  });
  const { hold, empty_ready_ms, empty_rss_mb } = empty;
  await copyRuns(place.database, hold.runId ?? '', held - 1);
  return withNodes(stage, place, crew, async ([node]) => {
    const ready_ms = node?.server.readyMs;
    const rss_mb = await rssOf(node);
    const asked = nowUs();
    await node?.client.holds.list({ status: 'open', limit: 50 });
    const page_ms = (nowUs() - asked) / 1_000;
    const decided = nowUs();
    await node?.client.decide(hold, { verdict: 'approve' });
    const { at } = await stage.model.arrival(run, 2);
    const bytes = await place.bytes();
    return {
      ...{ held, ready_ms, rss_mb, page_ms, empty_ready_ms, empty_rss_mb },
      next_call_ms: (at - decided) / 1_000,
      disk_kb_per_run: bytes / 1_024 / held,
      disk_mb: bytes / 2 ** 20,
    };
  });
}

/** Once it has swept a few times. */
async function rssOf(node: Node | undefined): Promise<number> {
  await sleep(5_000);
  const status = readFileSync(`/proc/${node?.server.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}

/** Rows of a held run, again and again under other ids. */
async function copyRuns(database: string, id: string, count: number): Promise<void> {
  const hex = id.replace('run_', '');
  const other = 'md5(copy::text)';
  const renamed = (column: string) => `replace(${column}, '${hex}', ${other})`;
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  try {
    const copy = (table: string, columns: string, values: string, of: string) =>
      client.query(
        `INSERT INTO holdpoint.${table} (${columns}) SELECT ${values} FROM holdpoint.${table}, generate_series(1, ${count}) AS copy WHERE ${of} = '${id}'`,
      );
    const kept = 'crew, status, started_at, seq, hash, at, fingerprint, owner, epoch, wake';
    await copy('runs', `id, summary, ${kept}`, `${renamed('id')}, ${renamed('summary')}, ${kept}`, 'id');
    const same = 'seq, at, type, "by", salt, data_hash, prev, hash';
    await copy('events', `run, data, ${same}`, `${renamed('run')}, ${renamed('data')}, ${same}`, 'run');
    const hold = 'crew, status, decisions, next_deadline';
    const moved = `${renamed('id')}, ${renamed('run')}, ${renamed('record')}`;
    await copy('holds', `id, run, record, ${hold}`, `${moved}, ${hold}`, 'run');
    await client.query('ANALYZE');
  } finally {
    await client.end();
  }
}
