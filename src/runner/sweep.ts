import { messageOf } from '../errors.ts';
import type { HandOut } from '../journal/hand-out.ts';
import type { RunnerContext, RunnerLog } from './context.ts';
import { Deadlines } from './deadlines.ts';
import type { Drivers } from './drivers.ts';
import type { Oversight } from './oversight.ts';
import type { Presence } from './presence.ts';
import { parkIfStopped } from './stop-all.ts';

/** What an engine is made of, as far as it has to be looked after. */
export interface EngineParts {
  readonly context: RunnerContext;
  readonly presence: Presence;
  readonly drivers: Drivers;
  readonly handOut: HandOut;
  readonly oversight: Oversight;
}

/** Sweeps at once, and then every so many milliseconds. @returns how to end that: resolves when the last sweep is over. */
export function startSweeping(parts: EngineParts, everyMs: number): () => Promise<void> {
  const { clock, log } = parts.context;
  const deadlines = new Deadlines(parts.context, () => parts.handOut.leads);
  const sweep = singleFlight(() => sweepOnce(parts, deadlines), log);
  const stop = clock.every(everyMs, sweep.run);
  sweep.run();
  return async () => {
    stop();
    const lastBatch = deadlines.stop();
    await sweep.idle();
    await lastBatch;
  };
}

/**
 * Every second: what other processes appended to runs of ours, deadlines that have come, and runs with work to do that nobody
 * drives (their owner died, or a wake was lost).
 */
async function sweepOnce(
  { context, presence, drivers, handOut, oversight }: EngineParts,
  deadlines: Deadlines,
): Promise<void> {
  drivers.lookAgain();
  await context.levels.current();
  await parkIfStopped(context, drivers.driven());
  await presence.buryDead();
  await handOut.sweep();
  deadlines.look();
  await drivers.look();
  await oversight.catchUp();
}

/** One at a time: a tick that comes while the last is still at work is passed over. */
function singleFlight(work: () => Promise<void>, log: RunnerLog): { run: () => void; idle: () => Promise<void> } {
  let current: Promise<void> | null = null;
  const run = () => {
    current ??= work()
      .catch((error: unknown) => log.error({ err: error }, `sweep failed: ${messageOf(error)}`))
      .finally(() => {
        current = null;
      });
  };
  return { run, idle: async () => current ?? undefined };
}
