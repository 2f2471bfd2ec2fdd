import fc from 'fast-check';
import { test } from 'vitest';
import { crewArbitrary } from '../support/random-crew.ts';
import { measured, SEED, size } from '../support/reliability.ts';
import { Simulation } from './simulation.ts';

const RUNS = size({ small: 100, recorded: 600, large: 10_000 });

test(`R17: the whole engine in ${RUNS} simulated worlds keeps the invariants`, { timeout: 3_600_000 }, () =>
  measured(
    { id: 'R17', what: 'simulator: engine, virtual clock, model, tools, people and a faulty store from one seed' },
    async () => {
      const since = performance.now();
      let events = 0;
      await fc.assert(
        fc.asyncProperty(crewArbitrary, fc.infiniteStream(fc.nat(0xffff)), async (crew, stream) => {
          const simulation = new Simulation(crew, (below) => stream.next().value % below);
          try {
            const id = await simulation.live();
            events += (await simulation.check(id)).seq;
          } finally {
            await simulation.close();
          }
        }),
        { numRuns: RUNS, seed: SEED },
      );
      const perMinute = Math.round((RUNS / (performance.now() - since)) * 60_000);
      return { trials: RUNS, note: `${events} events, ${perMinute} worlds a minute; invariants 1 to 10` };
    },
  ),
);
