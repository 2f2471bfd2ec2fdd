import { z } from 'zod';
import { call } from '../../src/agents/scripted-model.ts';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import { MORE_SCENARIOS } from './golden-scenarios.ts';
import { ANA, HOUR, live, type Scenario, until } from './golden-story.ts';

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

const paying = [call('pay', { amount: 50 }), done];

const golden = { crew, inputs: { ticket: 'T-81' } };

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  approved: {
    ...golden,
    script: { draft: [draft('sorry')], settle: paying },
    tell: async ({ decide }) => {
      await decide({ verdict: 'approve' });
      await decide({ verdict: 'approve', reason: 'fair' });
    },
  },
  'rejected-then-approved': {
    ...golden,
    script: { draft: [draft('no'), draft('sorry')], settle: paying },
    tell: async ({ decide }) => {
      await decide({ verdict: 'reject', reason: 'rude' });
      await decide({ verdict: 'approve' });
      await decide({ verdict: 'approve' });
    },
  },
  'modified-action': {
    ...golden,
    script: { draft: [draft('sorry')], settle: paying },
    tell: async ({ decide }) => {
      await decide({ verdict: 'modify', value: { text: 'very sorry' } });
      await decide({ verdict: 'modify', value: { amount: 20 }, reason: 'too much' });
    },
  },
  escalated: {
    ...golden,
    script: { draft: [draft('unsure')], settle: [done] },
    tell: ({ decide }) => decide({ verdict: 'respond', value: { choice: 'use', value: { text: 'I wrote it' } } }),
  },
  expired: { ...golden, script: { draft: [draft('sorry')] }, tell: async ({ clock }) => clock.advance(5 * HOUR) },
  cancelled: {
    ...golden,
    script: { draft: [draft('sorry')] },
    tell: ({ engine, id }) => engine.cancel(id, 'not needed', ANA),
  },
  undone: {
    ...golden,
    script: { draft: [draft('sorry')], settle: [call('label', { text: 'lost parcel' }), done] },
    tell: async ({ engine, id, decide }) => {
      await decide({ verdict: 'approve' });
      await engine.outcome(id);
      const { actions } = await engine.stateAt(id);
      await engine.undo(id, actions[0]?.id as never, 'wrong label', ANA);
      await until(async () => (await engine.stateAt(id)).actions[0]?.state === 'undone');
    },
  },
};

/** Lives each scenario once: its export, as this version writes it. */
export async function* goldenJournals(): AsyncGenerator<{ name: string; text: string }> {
  for (const [name, scenario] of Object.entries({ ...SCENARIOS, ...MORE_SCENARIOS }))
    yield { name, text: await live(scenario) };
}
