import { pino } from 'pino';
import { type Script, scriptedModel } from '../../src/agents/scripted-model.ts';
import type { CrewDefinition } from '../../src/crew/crew-definition.ts';
import type { DecisionRequest } from '../../src/hooks/decide.ts';
import type { HoldRecord } from '../../src/hooks/hold.ts';
import type { RunId } from '../../src/ids.ts';
import { exportLines } from '../../src/journal/export.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import type { Json } from '../../src/json/json.ts';
import type { Engine } from '../../src/runner/engine.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';

export const HOUR = 3_600_000;
const person = (name: string) => ({ actor: { user: `user:${name}`, roles: [], groups: [] } });
export const ANA = person('ana');
export const BEN = person('ben');

export interface Story {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly clock: ManualClock;
  readonly id: RunId;
  /** The open hold, once nothing else goes on. */
  held(): Promise<HoldRecord>;
  /** Decides it. */
  decide(request: Omit<DecisionRequest, 'digest'>, by?: typeof ANA): Promise<void>;
  /** Closes the engine, and opens one with another crew on the same journal. */
  reopen(crew: CrewDefinition): Promise<Engine>;
}

export interface Scenario {
  readonly crew: CrewDefinition;
  readonly inputs: Json;
  readonly script: Script;
  /** @returns the journal that is kept, if it is not the run's own. */
  readonly tell: (story: Story) => Promise<unknown>;
  /** Default: the run that the story is about. */
  readonly keep?: (story: Story) => Promise<string>;
}

/** Lives a scenario once: the export of its journal, as this version writes it. */
export async function live({ crew, inputs, script, tell, keep }: Scenario): Promise<string> {
  const clock = manualClock();
  const journal = memoryJournal({ now: () => Date.parse(clock.now()) });
  const model = scriptedModel(script);
  const open = (crew: CrewDefinition) =>
    openEngine({ crews: [crew], journal, models: () => model, log: pino({ level: 'silent' }), clock });
  let engine = await open(crew);
  const { id } = await engine.start(crew.name, inputs, { requestedBy: 'user:rita' });
  const held = async () => {
    await engine.settled(id);
    const [hold] = (await journal.holds({ runId: id, status: 'open' })).items;
    if (!hold) throw new Error('nothing is held');
    return hold;
  };
  const story: Story = {
    ...{ journal, clock, id, held },
    get engine() {
      return engine;
    },
    async decide(request, by = ANA) {
      const hold = await held();
      await engine.decide(hold.id, { digest: hold.digest, ...request }, by);
    },
    async reopen(changed) {
      await engine.close();
      engine = await open(changed);
      return engine;
    },
  };
  await engine.settled(id);
  await tell(story);
  await engine.outcome(id);
  const kept = ((await keep?.(story)) ?? id) as RunId;
  const lines = exportLines(kept, await journal.read(kept), await journal.payloads(kept));
  const text = `${[...lines].join('\n')}\n`;
  await engine.close();
  return text;
}

/** Lets other work of this process go on until something is so. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}
