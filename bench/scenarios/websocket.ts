import { setTimeout as sleep } from 'node:timers/promises';
import { connectReview, type Hold } from 'holdpoint/client';
import type { Scenario } from '../driver/scenario.ts';
import { serve } from '../driver/served.ts';
import { quantileOf } from '../driver/statistics.ts';
import { nowUs } from '../model-server/protocol.ts';
import { onNewPlace } from './contested.ts';

/** Until a person would have looked at it: decisions do not meet the starts of other runs. */
const QUIET_MS = 500;

export const websocket: Scenario = {
  name: 'websocket',
  what:
    'The same through the websocket: `holdpoint serve` in a process of its own, the package’s client in another; 200 held runs, one decision ' +
    'at a time, the next once the run is done: from the call in the client to the arrival of the next request at the model server, and to the acknowledgement.',
  entrants: [
    { contestant: 'holdpoint', store: 'sqlite' },
    { contestant: 'holdpoint', store: 'postgres' },
  ],
  columns: [
    { key: 'decisions', title: 'decisions' },
    { key: 'p50_ms', title: 'p50 ms' },
    { key: 'p99_ms', title: 'p99 ms' },
    { key: 'acknowledged_p50_ms', title: 'acknowledged p50 ms' },
    { key: 'acknowledged_p99_ms', title: 'p99 ms' },
  ],
  play: (stage, entrant, sizes) =>
    onNewPlace(stage, entrant, async (place) => {
      const runs = sizes.of(200);
      const server = await serve(stage, place, 'held.crew.js');
      try {
        await using client = await connectReview(server.url, { token: server.token });
        const holds = new Map<string, Hold>();
        client.on('hold:opened', (hold) => holds.set(hold.runId ?? '', hold));
        const done = new Map<string, PromiseWithResolvers<void>>();
        client.on('run:updated', ({ id, status }) => {
          if (status === 'completed') done.get(id)?.resolve();
        });
        const names = new Map<string, string>();
        for (let index = 0; index < runs; index++) {
          const run = stage.name('socket');
          names.set((await client.runs.start('relay', { run })).id, run);
        }
        while (holds.size < runs) await sleep(20);
        await sleep(QUIET_MS);
        const latencies: { toCall: number; toAnswer: number }[] = [];
        for (const [runId, hold] of holds) {
          const ended = Promise.withResolvers<void>();
          done.set(runId, ended);
          const from = nowUs();
          await client.decide(hold, { verdict: 'approve' });
          const answered = nowUs();
          const { at } = await stage.model.arrival(names.get(runId) ?? '', 2);
          latencies.push({ toCall: (at - from) / 1_000, toAnswer: (answered - from) / 1_000 });
          await ended.promise;
        }
        const [toCall, toAnswer] = [latencies.map((one) => one.toCall), latencies.map((one) => one.toAnswer)];
        return {
          decisions: latencies.length,
          p50_ms: quantileOf(toCall, 0.5),
          p99_ms: quantileOf(toCall, 0.99),
          acknowledged_p50_ms: quantileOf(toAnswer, 0.5),
          acknowledged_p99_ms: quantileOf(toAnswer, 0.99),
        };
      } finally {
        await server.stop();
      }
    }),
};
