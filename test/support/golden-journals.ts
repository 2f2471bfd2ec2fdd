import { pino } from 'pino';
import { z } from 'zod';
import { call, scriptedModel } from '../../src/agents/scripted-model.ts';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import type { DecisionRequest } from '../../src/hooks/decide.ts';
import type { RunId } from '../../src/ids.ts';
import { exportLines } from '../../src/journal/export.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import type { Engine } from '../../src/runner/engine.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';

const HOUR = 3_600_000;
const ANA = { user: 'user:ana', roles: [], groups: [] };

const pay = defineTool({
  name: 'pay',
  description: 'Pay an amount.',
  input: z.strictObject({ amount: z.number() }),
  output: z.strictObject({ receipt: z.string() }),
  tier: 'approval',
  impact: ({ amount }) => ({ summary: `Pay ${amount}`, amount }),
  execute: ({ amount }) => ({ receipt: `r${amount}` }),
});
const label = defineTool({
  name: 'label',
  description: 'Label the case.',
  input: z.strictObject({ text: z.string() }),
  tier: 'supervised',
  execute: ({ text }) => `labelled ${text}`,
  undo: () => undefined,
  undoWindow: '1h',
});

const crew = crewDefinition(
  defineCrew({
    name: 'golden',
    inputs: z.strictObject({ ticket: z.string() }),
    agents: {
      writer: { role: 'Writer', goal: 'Write' },
      clerk: { role: 'Clerk', goal: 'Settle', tools: [pay, label] },
    },
    tasks: {
      draft: {
        agent: 'writer',
        description: 'Draft an answer to {ticket}',
        output: z.strictObject({ text: z.string() }),
        escalateIf: ({ output }) => output.text === 'unsure' && 'the writer is unsure',
        confirm: { after: { when: ({ output }) => output.text !== 'unsure' } },
        review: { dueIn: '4h', remindAfter: '2h', onExpire: 'fail' },
      },
      settle: { agent: 'clerk', context: ['draft'], description: 'Settle {ticket}' },
    },
  }),
);

const draft = (text: string) => ({ output: { text }, reasoning: 'r', confidence: 0.9 });
const done = { output: 'settled', reasoning: 'r', confidence: 0.9 };

interface Story {
  readonly engine: Engine;
  readonly clock: ManualClock;
  readonly id: RunId;
  /** Decides the open hold, once there is one. */
  decide(request: Omit<DecisionRequest, 'digest'>): Promise<void>;
}
interface Scenario {
  readonly script: Record<string, readonly unknown[]>;
  readonly tell: (story: Story) => Promise<unknown>;
}
const paying = [call('pay', { amount: 50 }), done];

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  approved: {
    script: { draft: [draft('sorry')], settle: paying },
    tell: async ({ decide }) => {
      await decide({ verdict: 'approve' });
      await decide({ verdict: 'approve', reason: 'fair' });
    },
  },
  'rejected-then-approved': {
    script: { draft: [draft('no'), draft('sorry')], settle: paying },
    tell: async ({ decide }) => {
      await decide({ verdict: 'reject', reason: 'rude' });
      await decide({ verdict: 'approve' });
      await decide({ verdict: 'approve' });
    },
  },
  'modified-action': {
    script: { draft: [draft('sorry')], settle: paying },
    tell: async ({ decide }) => {
      await decide({ verdict: 'modify', value: { text: 'very sorry' } });
      await decide({ verdict: 'modify', value: { amount: 20 }, reason: 'too much' });
    },
  },
  escalated: {
    script: { draft: [draft('unsure')], settle: [done] },
    tell: ({ decide }) => decide({ verdict: 'respond', value: { choice: 'use', value: { text: 'I wrote it' } } }),
  },
  expired: { script: { draft: [draft('sorry')] }, tell: async ({ clock }) => clock.advance(5 * HOUR) },
  cancelled: {
    script: { draft: [draft('sorry')] },
    tell: ({ engine, id }) => engine.cancel(id, 'not needed', { actor: ANA }),
  },
  undone: {
    script: { draft: [draft('sorry')], settle: [call('label', { text: 'lost parcel' }), done] },
    tell: async ({ engine, id, decide }) => {
      await decide({ verdict: 'approve' });
      await engine.outcome(id);
      const { actions } = await engine.stateAt(id);
      await engine.undo(id, actions[0]?.id as never, 'wrong label', { actor: ANA });
      while ((await engine.stateAt(id)).actions[0]?.state !== 'undone')
        await new Promise((resolve) => setTimeout(resolve, 5));
    },
  },
};

/** Lives each scenario once: its export, as this version writes it. */
export async function* goldenJournals(): AsyncGenerator<{ name: string; text: string }> {
  for (const [name, { script, tell }] of Object.entries(SCENARIOS)) {
    const clock = manualClock();
    const journal = memoryJournal({ now: () => Date.parse(clock.now()) });
    const model = scriptedModel(script);
    const engine = await openEngine({
      crews: [crew],
      journal,
      models: () => model,
      log: pino({ level: 'silent' }),
      clock,
    });
    const { id } = await engine.start('golden', { ticket: 'T-81' }, { requestedBy: 'user:rita' });
    const decide: Story['decide'] = async (request) => {
      await engine.settled(id);
      const [hold] = (await journal.holds({ runId: id, status: 'open' })).items;
      if (!hold) throw new Error(`${name}: nothing is held`);
      await engine.decide(hold.id, { digest: hold.digest, ...request }, { actor: ANA });
    };
    await engine.settled(id);
    await tell({ engine, clock, id, decide });
    await engine.outcome(id);
    const lines = exportLines(id, await journal.read(id), await journal.payloads(id));
    yield { name, text: `${[...lines].join('\n')}\n` };
    await engine.close();
  }
}
