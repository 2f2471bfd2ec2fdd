import { HoldpointError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import { systemClock } from '../runner/clock.ts';
import type { Engine } from '../runner/engine.ts';
import { readOversight } from '../runner/oversight.ts';
import { readHold, readRun, readState, verifyRun } from '../runner/read-engine.ts';
import { StopReader } from '../runner/stops.ts';
import { terminalLog } from './terminal-log.ts';

/** An engine that only reads, so that looking leaves no trace in the database, not even beside a server. */
export function readingEngine(journal: Journal): Engine {
  const reads: Partial<Engine> = {
    nodeId: 'reader',
    journal,
    crews: () => [],
    hold: (holdId, reviewer) => readHold(journal, holdId, reviewer),
    run: (runId) => readRun(journal, runId),
    runs: (query) => journal.runs(query),
    stop: () => new StopReader(journal).standing(),
    stateAt: (runId, seq) => readState(journal, runId, seq),
    verify: (runId) => verifyRun(journal, runId),
    oversight: () => readOversight(journal, terminalLog(), systemClock.now()),
    on: () => () => undefined,
    close: () => journal.close(),
  };
  // Whatever else it is asked for would change something.
  return new Proxy(reads, { get: (target, name) => Reflect.get(target, name) ?? refuse }) as Engine;
}

async function refuse(): Promise<never> {
  throw new HoldpointError('INTERNAL', 'The database was opened only to be read.');
}
