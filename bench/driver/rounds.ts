import { loadavg } from 'node:os';
import type { Options } from './options.ts';
import type { Sample, Scenario } from './scenario.ts';
import type { Entrant, Result, Stage } from './stage.ts';

/** Plays every scenario in rounds: A B C, B C A, … so that what disturbs the machine for a while disturbs all alike. */
export async function playAll(stage: Stage, options: Options, tell: (sample: Sample) => void): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const scenario of options.scenarios) {
    const entrants = scenario.entrants.filter((entrant) => isWanted(entrant, options));
    const rounds = Math.min(options.rounds, scenario.maxRounds ?? options.rounds);
    for (let round = 0; round < rounds; round++) {
      const order = entrants.map((_, index) => entrants[(index + round) % entrants.length]);
      for (const entrant of order) {
        if (!entrant) continue;
        const result = await play(stage, scenario, entrant, options);
        const load = Math.round((loadavg()[0] ?? 0) * 100) / 100;
        const sample = { scenario: scenario.name, round, ...entrant, load, result };
        samples.push(sample);
        tell(sample);
      }
    }
  }
  return samples;
}

function isWanted({ contestant, store }: Entrant, { contestants, stores }: Options): boolean {
  if (contestants && !contestants.includes(contestant)) return false;
  return store === 'none' || !stores || stores.includes(store);
}

async function play(stage: Stage, scenario: Scenario, entrant: Entrant, options: Options): Promise<Result> {
  await stage.model.reset();
  try {
    return await scenario.play(stage, entrant, options);
  } catch (error) {
    return { broken: error instanceof Error ? error.message : String(error) };
  }
}
