import { join } from 'node:path';
import { connectReview } from 'holdpoint/client';
import type { Scenario } from '../driver/scenario.ts';
import { serve } from '../driver/served.ts';
import { ROOT } from '../driver/stage.ts';
import { onNewPlace } from './contested.ts';

const SECONDS = 15;
/** As fast as a small model answers. */
const LATENCY_MS = 1_000;

export const watchers: Scenario = {
  name: 'watchers',
  what:
    `1,000 sockets, ten on each of 100 runs that are at work (a model answers after ${LATENCY_MS / 1_000} s); for ${SECONDS} s: from the time in an ` +
    'event, before it is made durable, to its arrival in a client. All clients are one process. Cores: CPU of the server against the clock.',
  entrants: [{ contestant: 'holdpoint', store: 'sqlite' }],
  maxRounds: 1,
  columns: [
    { key: 'sockets', title: 'sockets' },
    { key: 'events', title: 'events received' },
    { key: 'gaps', title: 'gaps' },
    { key: 'p50_ms', title: 'p50 ms' },
    { key: 'p99_ms', title: 'p99 ms' },
    { key: 'updates', title: '`run:updated` received' },
    { key: 'server_cores', title: 'cores' },
    { key: 'client_cores', title: 'of the clients' },
  ],
  play: (stage, entrant, sizes) =>
    onNewPlace(stage, entrant, async (place) => {
      await stage.model.configure({ latencyMs: LATENCY_MS });
      const [sockets, runs] = [sizes.of(1_000), sizes.of(100)];
      const { url, token, pid, stop } = await serve(stage, place, 'long.crew.js');
      try {
        await using client = await connectReview(url, { token });
        const ids: string[] = [];
        while (ids.length < runs) ids.push((await client.runs.start('relay', { run: stage.name('watched') })).id);
        const main = join(ROOT, 'bench', 'watchers', 'main.ts');
        const figures = await stage.program([main, url, token, String(pid), String(sockets), String(SECONDS), ...ids])
          .first;
        return { sockets, runs, ...figures };
      } finally {
        await stop();
      }
    }),
};
