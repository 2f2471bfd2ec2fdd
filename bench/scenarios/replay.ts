import { join } from 'node:path';
import { connectReview } from 'holdpoint/client';
import type { Scenario } from '../driver/scenario.ts';
import { serve } from '../driver/served.ts';
import { COMMAND_LINE, ROOT, type Stage } from '../driver/stage.ts';
import { onNewPlace } from './contested.ts';

const MAIN = join(ROOT, 'bench', 'long', 'main.ts');

export const replay: Scenario = {
  name: 'replay',
  what:
    'A run of 10,000 events: `holdpoint replay` from the start of the process to its end; the same for a run of 500, so that the difference is ' +
    'the replay alone; and, from a client of `serve`, until its state and all its events are there.',
  entrants: [{ contestant: 'holdpoint', store: 'sqlite' }],
  columns: [
    { key: 'events', title: 'events' },
    { key: 'replay_ms', title: 'ms of `replay`' },
    { key: 'events_per_s', title: 'events/s' },
    { key: 'state_ms', title: 'ms to its state' },
    { key: 'shown_ms', title: 'ms to state and events' },
  ],
  play: (stage, entrant, sizes) =>
    onNewPlace(stage, entrant, async (place) => {
      const short = await replayed(stage, `${place.database}/short`, 5);
      const long = await replayed(stage, place.database, sizes.of(100, 10));
      const shown = await shownTo(stage, place, long);
      const events_per_s = ((long.events - short.events) / (long.ms - short.ms)) * 1_000;
      return { events: long.events, replay_ms: long.ms, events_per_s, ...shown };
    }),
};

async function replayed(
  stage: Stage,
  folder: string,
  tasks: number,
): Promise<{ run: string; events: number; ms: number }> {
  const { run, events } = await stage.program([MAIN, folder, String(tasks)]).first;
  const from = performance.now();
  const child = stage.program([COMMAND_LINE, 'replay', String(run), '--database', `file:${folder}/holdpoint.db`]);
  await child.ended(60_000);
  if (child.process.exitCode !== 0) throw new Error(`replay ended with ${child.process.exitCode}`);
  return { run: String(run), events: Number(events), ms: performance.now() - from };
}

async function shownTo(
  stage: Stage,
  place: Parameters<typeof serve>[1],
  { run, events }: { run: string; events: number },
) {
  const { url, token, stop } = await serve(stage, place, 'held.crew.js');
  try {
    await using client = await connectReview(url, { token });
    const from = performance.now();
    await client.runs.state(run);
    const state_ms = performance.now() - from;
    for await (const { seq } of client.runs.watch(run)) if (seq === events) break;
    return { state_ms, shown_ms: performance.now() - from };
  } finally {
    await stop();
  }
}
