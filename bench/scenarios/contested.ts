import type { Scenario } from '../driver/scenario.ts';
import { type Entrant, ROOT } from '../driver/stage.ts';

/** Everyone on every store that the goals speak of. */
const EVERYONE: readonly Entrant[] = [
  { contestant: 'bare', store: 'sqlite' },
  { contestant: 'bare-synced', store: 'sqlite' },
  { contestant: 'holdpoint', store: 'sqlite' },
  { contestant: 'bare', store: 'postgres' },
  { contestant: 'bare-synced', store: 'postgres' },
  { contestant: 'holdpoint', store: 'postgres' },
];
const THREE_TASKS = { tasks: 3, hold: 'last' } as const;

export const throughput: Scenario = {
  name: 'throughput',
  what: '200 runs of 5 tasks, 8 at a time, answers without delay. CPU is that of the contestant alone, not of Postgres.',
  entrants: EVERYONE,
  columns: [
    { key: 'tasks_per_s', title: 'tasks/s' },
    { key: 'cpu_ms_per_task', title: 'CPU ms a task' },
    { key: 'peak_rss_mb', title: 'peak RSS MB' },
    { key: 'failed', title: 'failed runs' },
  ],
  ratios: ['tasks_per_s', 'cpu_ms_per_task'],
  play: (stage, entrant, sizes) =>
    onNewPlace(stage, entrant, (place) =>
      stage.perform(entrant, place, { mode: 'throughput', tasks: 5, runs: sizes.of(200), concurrency: 8 }),
    ),
};

export const decision: Scenario = {
  name: 'decision',
  what:
    'From an approval in process to the arrival of the next request at the model server: 200 held runs of 3 tasks, one decision at a time. ' +
    'With it goes whatever the library needs to find the run and what it is held on.',
  entrants: EVERYONE,
  columns: [
    { key: 'resume_p50_ms', title: 'p50 ms' },
    { key: 'resume_p99_ms', title: 'p99 ms' },
    { key: 'llm_calls_per_run', title: 'model calls a run' },
    { key: 'failed', title: 'failed runs' },
  ],
  ratios: ['resume_p50_ms'],
  play: (stage, entrant, sizes) =>
    onNewPlace(stage, entrant, (place) =>
      stage.perform(entrant, place, { ...THREE_TASKS, mode: 'hold', runs: sizes.of(200), concurrency: 8 }),
    ),
};

export const park: Scenario = {
  name: 'park',
  what: '2,000 runs of 3 tasks held before the last (100,000 with `--large`), and what each costs; SQLite with its log as it is then.',
  entrants: [
    { contestant: 'bare', store: 'sqlite' },
    { contestant: 'holdpoint', store: 'sqlite' },
    { contestant: 'holdpoint', store: 'postgres' },
  ],
  maxRounds: 1,
  columns: [
    { key: 'runs', title: 'held runs' },
    { key: 'heap_kb_per_run', title: 'heap kB a run' },
    { key: 'rss_kb_per_run', title: 'RSS kB a run' },
    { key: 'disk_kb_per_run', title: 'disk kB a run' },
    { key: 'park_wall_ms', title: 'ms to hold all' },
    { key: 'failed', title: 'failed runs' },
  ],
  play: (stage, entrant, sizes) =>
    onNewPlace(stage, entrant, async (place) => {
      const runs = sizes.large ? 100_000 : sizes.of(2_000);
      const warmup = Math.min(runs, 1_000);
      const child = stage.launch(entrant, place, {
        ...THREE_TASKS,
        mode: 'park',
        runs,
        warmup,
        concurrency: 8,
        linger: 1,
      });
      const result = await child.first;
      const bytes = await place.bytes();
      await child.kill();
      return { ...result, disk_kb_per_run: bytes / 1_024 / (runs + warmup) };
    }),
};

export const restart: Scenario = {
  name: 'restart',
  what:
    '500 held runs (100,000 with `--large`), kill -9, a new process, one approval: from the start of that process to the arrival of the next ' +
    'request at the model server. Imports and the opening of the store are in it.',
  entrants: EVERYONE,
  columns: [
    { key: 'held', title: 'held runs' },
    { key: 'next_call_ms', title: 'start → next call ms' },
    { key: 'boot_ms', title: 'of it until open' },
    { key: 'status', title: 'the run' },
  ],
  ratios: ['next_call_ms'],
  play: (stage, entrant, sizes) =>
    onNewPlace(stage, entrant, async (place) => {
      const runs = sizes.large ? 100_000 : sizes.of(500);
      const prefix = `${stage.name('parked')}-`;
      const parked = stage.launch(entrant, place, {
        ...THREE_TASKS,
        mode: 'park',
        runs,
        concurrency: 8,
        prefix,
        linger: 1,
      });
      await parked.first;
      await parked.kill();
      const run = `${prefix}3`;
      const fromUs = Number(process.hrtime.bigint() / 1_000n);
      const result = await stage.perform(entrant, place, { ...THREE_TASKS, mode: 'resume', run });
      const [next] = await stage.model.requests({ run, fromUs });
      return { ...result, held: runs, next_call_ms: next && (next.at - fromUs) / 1_000 };
    }),
};

export const help: Scenario = {
  name: 'help',
  what: '`holdpoint --help`: from the start of the process to its end, 20 times.',
  entrants: [{ contestant: 'holdpoint', store: 'none' }],
  maxRounds: 1,
  columns: [
    { key: 'p50_ms', title: 'p50 ms' },
    { key: 'most_ms', title: 'most ms' },
  ],
  async play(stage) {
    const times: number[] = [];
    for (let round = 0; round < 20; round++) {
      const from = performance.now();
      await stage.program([`${ROOT}bin/holdpoint.js`, '--help']).ended(10_000);
      times.push(performance.now() - from);
    }
    times.sort((a, b) => a - b);
    return { p50_ms: times[10], most_ms: times.at(-1) };
  },
};

export async function onNewPlace<T>(
  stage: Parameters<Scenario['play']>[0],
  { store }: Entrant,
  play: (place: Awaited<ReturnType<typeof stage.places.make>>) => Promise<T>,
): Promise<T> {
  const place = await stage.places.make(store);
  try {
    return await play(place);
  } finally {
    await place.drop();
  }
}
