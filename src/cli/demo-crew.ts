import { z } from 'zod';
import { rehearsalModel } from '../agents/rehearsal-model.ts';
import { defineCrew } from '../crew/define-crew.ts';
import { defineTool } from '../crew/define-tool.ts';

const searchNotes = defineTool({
  name: 'search_notes',
  description: 'Search the notes of the editorial team.',
  input: z.strictObject({ query: z.string() }),
  output: z.array(z.string()),
  tier: 'automatic',
  idempotent: true,
  execute: async ({ query }) =>
    NOTES.filter((line) => query.split(' ').some((word) => line.toLowerCase().includes(word))),
});

const issueRefund = defineTool({
  name: 'issue_refund',
  description: 'Refund an order to its original payment method.',
  input: z.strictObject({ orderId: z.string(), amountUsd: z.number().positive() }),
  output: z.strictObject({ refundId: z.string() }),
  tier: ({ amountUsd }) => (amountUsd <= 20 ? 'supervised' : amountUsd <= 500 ? 'approval' : 'human'),
  impact: ({ orderId, amountUsd }) => ({
    summary: `Refund $${amountUsd} on order ${orderId}`,
    target: orderId,
    amount: amountUsd,
  }),
  idempotent: true,
  execute: async ({ orderId }) => ({ refundId: `refund-${orderId}` }),
  undo: async () => {},
});

/** An article that a person approves, and a refund that a person lets through: the two commonest holds. Nothing leaves the machine. */
export const demoCrew = defineCrew({
  name: 'demo-newsroom',
  inputs: z.strictObject({ topic: z.string() }),
  agents: {
    researcher: { role: 'Researcher', goal: 'Find what is known', tools: [searchNotes] },
    writer: { role: 'Writer', goal: 'Write short, plain articles' },
    editor: { role: 'Editor', goal: 'Publish nothing that is wrong' },
    clerk: { role: 'Customer service clerk', goal: 'Make good what went wrong', tools: [issueRefund] },
  },
  tasks: {
    research: { agent: 'researcher', context: [], description: 'Collect facts on {topic}.' },
    draft: {
      agent: 'writer',
      context: ['research'],
      description: 'Write an article on {topic} for our readers.',
      expectedOutput: 'A title and three short paragraphs',
      confirm: 'after',
    },
    edit: { agent: 'editor', context: ['draft'], description: 'Edit the article and write its teaser.' },
    refund: {
      agent: 'clerk',
      context: ['draft'],
      description: 'A reader was charged twice ($48, order 2291). Refund one charge.',
    },
  },
});

export const DEMO_INPUTS = { topic: 'urban beekeeping' };

/** What the agents of the demo say, without any model. */
export function demoModel() {
  return rehearsalModel({
    script: {
      research: [
        { call: { tool: 'search_notes', input: { query: 'bees hives' } } },
        {
          output:
            'City hives yield about 20 kg of honey a year, as parks and balconies flower from March to October. Hives must be ' +
            'registered with the city vet. More hives than flowers harm wild bees.',
          reasoning: 'All three statements are in the notes; I did not check them elsewhere.',
          confidence: 0.86,
        },
      ],
      draft: {
        output:
          '# Honey from the roof\n\nOn a flat roof above the tram depot, four hives hum. Cities feed bees well: something is in flower ' +
          'from March to October, and a hive gives about 20 kg of honey a year.\n\nWhoever starts must register the hives with the ' +
          'city vet, and should find a mentor for the first season.\n\nBut bees need flowers more than they need hives. If you have ' +
          'one balcony, plant it first.',
        reasoning: 'Follows the research; the tram depot is my own illustration and should be checked.',
        confidence: 0.72,
      },
      edit: {
        output: 'Teaser: City bees eat well, and the honey shows it. What to know before you put a hive on your roof.',
        reasoning: 'Short enough for the front page.',
        confidence: 0.93,
      },
      refund: [
        { call: { tool: 'issue_refund', input: { orderId: '2291', amountUsd: 48 } } },
        {
          output: 'One charge of $48 on order 2291 was refunded.',
          reasoning: 'The tool confirmed it.',
          confidence: 0.97,
        },
      ],
    },
  });
}

const NOTES = [
  'City hives yield about 20 kg of honey a year.',
  'Hives must be registered with the city vet.',
  'More hives than flowers harm wild bees.',
];
