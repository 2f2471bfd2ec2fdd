import type { CrewDefinition } from '../crew/crew-definition.ts';
import { HoldpointError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Engine } from '../runner/engine.ts';
import { openEngine } from '../runner/open-engine.ts';
import { terminalLog } from './terminal-log.ts';

/** An engine that records what a person decides and drives nothing: `runs resume` or a server goes on with the run. */
export function openRecordingEngine(journal: Journal, crews: readonly CrewDefinition[]): Promise<Engine> {
  return openEngine({ crews, journal, models: noModel, log: terminalLog(), drives: false });
}

function noModel(): never {
  throw new HoldpointError('INTERNAL', 'This command calls no model.');
}
