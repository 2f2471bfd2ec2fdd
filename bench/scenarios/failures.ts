import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from '../driver/places.ts';
import type { Scenario } from '../driver/scenario.ts';
import type { Entrant, Result, Stage } from '../driver/stage.ts';
import { onNewPlace } from './contested.ts';

/** These count; only time could differ on another store that is durable. */
const DURABLE: readonly Entrant[] = [
  { contestant: 'bare', store: 'sqlite' },
  { contestant: 'holdpoint', store: 'sqlite' },
  { contestant: 'holdpoint', store: 'postgres' },
];
const TEN_TASKS = { tasks: 10, hold: 'none' } as const;
const THREE_TASKS = { tasks: 3, hold: 'last' } as const;

export const crash: Scenario = {
  name: 'crash',
  what:
    'A run of 10 tasks, 60 ms an answer. kill -9 as the 6th request arrives, and in another run 40 ms into it; a new process goes on. ' +
    'Model calls beyond the 10 that are needed: 1 is the least possible, the one that was in flight.',
  entrants: DURABLE,
  columns: [
    { key: 'recovered', title: 'recovered' },
    { key: 'repeated_at_arrival', title: 'calls repeated, killed as call 6 arrives' },
    { key: 'repeated_in_flight', title: 'killed 40 ms into it' },
    { key: 'finished_repeated', title: 'finished calls made again' },
  ],
  async play(stage, entrant) {
    const early = await killed(stage, entrant, 0);
    const late = await killed(stage, entrant, 40);
    return {
      recovered: early.recovered && late.recovered,
      repeated_at_arrival: early.repeated,
      repeated_in_flight: late.repeated,
      finished_repeated: early.finishedRepeated + late.finishedRepeated,
    };
  },
};

function killed(stage: Stage, entrant: Entrant, lateMs: number) {
  return onNewPlace(stage, entrant, async (place) => {
    await stage.model.configure({ latencyMs: 60 });
    const run = stage.name('crash');
    const first = stage.launch(entrant, place, { ...TEN_TASKS, mode: 'run', run });
    await stage.model.arrival(run, 5);
    await sleep(lateMs);
    await first.kill();
    const { status } = await stage.perform(entrant, place, { ...TEN_TASKS, mode: 'recover', run });
    const calls = await stage.model.requests({ run });
    const finishedRepeated = [0, 1, 2, 3, 4].filter((task) => calls.filter((call) => call.task === task).length > 1);
    return { recovered: status === 'done', repeated: calls.length - 10, finishedRepeated: finishedRepeated.length };
  });
}

export const approval: Scenario = {
  name: 'approval',
  what:
    'A held run is approved, and kill -9 comes as the request of the approved task arrives; a new process goes on. 10 times (100 with `--large`): ' +
    'how often the approval was kept, and how often a person was asked again.',
  entrants: DURABLE,
  maxRounds: 1,
  columns: [
    { key: 'kills', title: 'kills' },
    { key: 'kept', title: 'approvals kept' },
    { key: 'asked_again', title: 'asked again' },
    { key: 'lost', title: 'run lost' },
    { key: 'calls_repeated', title: 'calls repeated a kill' },
  ],
  async play(stage, entrant, sizes) {
    const kills = sizes.large ? 100 : sizes.of(10, 1);
    const outcomes: Result[] = [];
    for (let index = 0; index < kills; index++) {
      outcomes.push(await onNewPlace(stage, entrant, (place) => killedOnceApproved(stage, entrant, place)));
    }
    const count = (outcome: string) => outcomes.filter((one) => one.outcome === outcome).length;
    const calls_repeated = outcomes.reduce((sum, { repeated }) => sum + Number(repeated), 0) / kills;
    return { kills, kept: count('kept'), asked_again: count('asked again'), lost: count('lost'), calls_repeated };
  },
};

async function killedOnceApproved(stage: Stage, entrant: Entrant, place: Place): Promise<Result> {
  // Long enough that the kill comes before the answer.
  await stage.model.configure({ latencyMs: 300 });
  const given = { ...THREE_TASKS, run: stage.name('approval') };
  await stage.perform(entrant, place, { ...given, mode: 'run' });
  const approving = stage.launch(entrant, place, { ...given, mode: 'resume' });
  await stage.model.arrival(given.run, 2);
  await approving.kill();
  const { status, reheld } = await stage.perform(entrant, place, { ...given, mode: 'recover' });
  const calls = await stage.model.requests({ run: given.run });
  const outcome = status !== 'done' ? 'lost' : reheld ? 'asked again' : 'kept';
  return { outcome, repeated: calls.length - 3 };
}

export const double: Scenario = {
  name: 'double',
  what: 'Two approvals of one hold at the same moment, in one process: model calls for the held task, and what each was told.',
  entrants: DURABLE,
  maxRounds: 1,
  columns: [
    { key: 'calls', title: 'model calls (1 wanted)' },
    { key: 'outcomes', title: 'what the two were told' },
  ],
  play: (stage, entrant) =>
    onNewPlace(stage, entrant, async (place) => {
      await stage.model.configure({ latencyMs: 20 });
      return stage.perform(entrant, place, { ...THREE_TASKS, mode: 'double', run: stage.name('double') });
    }),
};

export const faults: Scenario = {
  name: 'faults',
  what:
    '100 runs of 5 tasks, 16 at a time; 10 % of answers are faulty (4 % status 500, 2 % status 429, 2 % reset midway, 1 % broken JSON, ' +
    "1 % cut short), each with its client's default retries.",
  entrants: DURABLE,
  maxRounds: 1,
  columns: [
    { key: 'runs', title: 'runs' },
    { key: 'failed', title: 'failed' },
    { key: 'tasks_per_s', title: 'tasks/s' },
  ],
  play: (stage, entrant, sizes) =>
    onNewPlace(stage, entrant, async (place) => {
      await stage.model.configure({
        rates: { rateLimit: 0.02, serverError: 0.04, reset: 0.02, badJson: 0.01, cutShort: 0.01 },
      });
      return stage.perform(entrant, place, {
        ...{ mode: 'throughput', tasks: 5, runs: sizes.of(100), concurrency: 16, warmup: 0 },
      });
    }),
};
