import { setTimeout as delay } from 'node:timers/promises';
import type { JournalEvent } from '../../journal/envelope.ts';
import { type Desk, openDesk } from '../desk.ts';
import { exitCodeOf } from '../exit-codes.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { printJson, printLine } from '../print.ts';
import { progressLine } from '../progress-lines.ts';
import { stopSignal } from '../stop-signals.ts';

interface Options extends ServerOptions, JsonOptions {
  readonly after: number;
}

const LOOK_MS = 250;
const ENDS: ReadonlySet<string> = new Set(['run.completed', 'run.failed', 'run.cancelled']);

/** Prints each event of a run until it ends, or Ctrl-C. The exit code is the run's. */
export async function watchRun(id: string, options: Options): Promise<number> {
  const signal = stopSignal({ message: '' });
  await using desk = await openDesk(options, { changes: false });
  for await (const event of eventsOf(desk, id, options.after, signal)) {
    if (options.json) printJson(event);
    else {
      const line = progressLine(event);
      if (line !== null) printLine(`${String(event.seq).padStart(4)}  ${event.at.slice(11, 19)}  ${line}`);
    }
    if (ENDS.has(event.type)) break;
  }
  return exitCodeOf((await desk.runs.get(id)).status);
}

/** Looks every quarter of a second: it works alike on a server and on a database that somebody else writes. */
async function* eventsOf(desk: Desk, runId: string, after: number, signal: AbortSignal): AsyncGenerator<JournalEvent> {
  for (let seen = after; !signal.aborted; ) {
    const { events } = await desk.runs.events(runId, { after: seen });
    yield* events;
    seen = events.at(-1)?.seq ?? seen;
    const ended = (await desk.runs.get(runId)).endedAt !== null;
    if (events.length === 0 && ended) return;
    if (events.length === 0) await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}
