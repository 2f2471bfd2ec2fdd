import { pino } from 'pino';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { RunId } from '../../src/ids.ts';
import type { JournalEvent } from '../../src/journal/envelope.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { stepsCrew, stepsModel } from '../long/steps-crew.js';

/** The journal of a run as the engine writes it: 100 events for each task. */
export async function longRun(tasks: number): Promise<{ run: RunId; events: JournalEvent[] }> {
  const journal = memoryJournal();
  const engine = await openEngine({
    crews: [crewDefinition(stepsCrew(tasks))],
    journal,
    models: () => stepsModel,
    log: pino({ level: 'silent' }),
  });
  const { id } = await engine.start('steps', {}, { requestedBy: 'user:rita' });
  await engine.outcome(id);
  const events = await journal.read(id);
  await engine.close();
  return { run: id, events };
}
