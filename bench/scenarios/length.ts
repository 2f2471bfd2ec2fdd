import { join } from 'node:path';
import type { Scenario } from '../driver/scenario.ts';
import { ROOT } from '../driver/stage.ts';
import { onNewPlace } from './contested.ts';

const MAIN = join(ROOT, 'bench', 'long', 'main.ts');

interface LongRun {
  readonly run: string;
  readonly status: string;
  readonly events: number;
  readonly windows: readonly { readonly to: number; readonly clockUs: number; readonly cpuUs: number }[];
}

export const length: Scenario = {
  name: 'length',
  what:
    'What an event costs against how long its run is already: one run of 10,000 events (100,000 with `--large`) in a crew of 100 (1,000) ' +
    'tasks of 24 tool calls, on SQLite, with a model inside the process that answers at once. The parts are those of one run.',
  entrants: [{ contestant: 'holdpoint', store: 'sqlite' }],
  columns: [
    { key: 'events', title: 'events' },
    { key: 'first_us', title: 'CPU µs an event, 200–1,000' },
    { key: 'middle_us', title: '1,000–10,000' },
    { key: 'last_us', title: '10,000–100,000' },
    { key: 'growth', title: 'last ÷ first' },
    { key: 'clock_growth', title: 'by the clock' },
  ],
  play: (stage, entrant, sizes) =>
    onNewPlace(stage, entrant, async ({ database }) => {
      const tasks = sizes.large ? 1_000 : sizes.of(100, 5);
      const last = tasks * 100;
      const marks = [200, 1_000, 10_000, 100_000].filter((mark) => mark < last);
      const args = [MAIN, database, String(tasks), ...marks.map(String), String(last)];
      const { events, status, windows } = (await stage.program(args).first) as unknown as LongRun;
      // What begins a run is not an event's cost.
      const [, first, ...later] = windows;
      const final = later.at(-1) ?? first;
      return {
        events,
        status,
        first_us: first?.cpuUs,
        middle_us: later[0]?.cpuUs,
        last_us: later[1]?.cpuUs,
        growth: first && final && final.cpuUs / first.cpuUs,
        clock_growth: first && final && final.clockUs / first.clockUs,
      };
    }),
};

export const crewSize: Scenario = {
  name: 'crew-size',
  what:
    'What a task costs in a crew of 10 tasks and in one of 1,000, as many tasks in all, one run at a time on SQLite. Each task works on the ' +
    'output of the one before.',
  entrants: [{ contestant: 'holdpoint', store: 'sqlite' }],
  columns: [
    { key: 'tasks', title: 'tasks of the large crew' },
    { key: 'small_ms', title: 'ms a task of 10' },
    { key: 'large_ms', title: 'of the large' },
    { key: 'growth', title: 'large ÷ small' },
    { key: 'cpu_growth', title: 'of CPU' },
    { key: 'failed', title: 'failed runs' },
  ],
  async play(stage, entrant, sizes) {
    const tasks = sizes.of(1_000, 20);
    const measure = (size: number, runs: number) =>
      onNewPlace(stage, entrant, (place) =>
        stage.perform(entrant, place, { mode: 'throughput', tasks: size, runs, concurrency: 1, warmup: 2 }),
      );
    const small = await measure(10, Math.ceil(tasks / 10));
    const large = await measure(tasks, 1);
    const msOf = ({ tasks_per_s }: typeof small) => 1_000 / Number(tasks_per_s);
    return {
      tasks,
      small_ms: msOf(small),
      large_ms: msOf(large),
      growth: msOf(large) / msOf(small),
      cpu_growth: Number(large.cpu_ms_per_task) / Number(small.cpu_ms_per_task),
      failed: Number(small.failed) + Number(large.failed),
    };
  },
};
