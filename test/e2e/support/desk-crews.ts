import { z } from 'zod';
import { askHuman } from '../../../src/crew/ask-human-tool.ts';
import { crewDefinition, defineCrew } from '../../../src/crew/define-crew.ts';
import { defineTool } from '../../../src/crew/define-tool.ts';

const usd = (amount: number) => `$${amount.toFixed(2)}`;

const issueRefund = defineTool({
  name: 'issue_refund',
  description: 'Refund an order to its original payment method.',
  input: z.strictObject({ orderId: z.string(), amountUsd: z.number().positive(), memo: z.string().max(140) }),
  output: z.strictObject({ refundId: z.string() }),
  tier: ({ amountUsd }) => (amountUsd <= 20 ? 'supervised' : 'approval'),
  impact: ({ orderId, amountUsd }) => ({
    summary: `Refund ${usd(amountUsd)} on order ${orderId} to the original card`,
    target: `order ${orderId}`,
    amount: amountUsd,
  }),
  idempotent: true,
  execute: async ({ orderId }) => ({ refundId: `r_${orderId}` }),
  undo: async () => {},
  undoWindow: '10m',
});

const getOrder = defineTool({
  name: 'get_order',
  description: 'Look an order up.',
  input: z.strictObject({ orderId: z.string() }),
  output: z.strictObject({ items: z.number(), unitUsd: z.number(), paidUsd: z.number(), card: z.string() }),
  tier: 'automatic',
  idempotent: true,
  execute: async () => ({ items: 3, unitUsd: 60, paidUsd: 180, card: 'visa 4417' }),
});

const sendMail = defineTool({
  name: 'send_mail',
  description: 'Send a mail to a customer.',
  input: z.strictObject({ to: z.string(), subject: z.string(), body: z.string() }),
  output: z.strictObject({ messageId: z.string() }),
  tier: 'approval',
  impact: ({ to, subject }) => ({ summary: `Mail "${subject}" to ${to}`, target: `to ${to}` }),
  idempotent: true,
  execute: async () => ({ messageId: 'm-90b2' }),
});

const wireTransfer = defineTool({
  name: 'wire_transfer',
  description: 'A transfer that only a person can make.',
  input: z.strictObject({ payee: z.string(), amountUsd: z.number() }),
  output: z.strictObject({ reference: z.string().min(1), sentUsd: z.number() }),
  tier: 'human',
  impact: ({ payee, amountUsd }) => ({
    summary: `Transfer ${usd(amountUsd)} to ${payee}`,
    target: payee,
    amount: amountUsd,
  }),
  idempotent: false,
  execute: async () => ({ reference: 'none', sentUsd: 0 }),
});

const inputs = z.strictObject({ ticket: z.string(), plan: z.string() });

const refundDesk = defineCrew({
  name: 'refund-desk',
  inputs,
  review: { dueIn: '4h' },
  agents: {
    analyst: { role: 'Refund analyst', goal: 'Decide fairly', tools: [getOrder] },
    clerk: { role: 'Refund clerk', goal: 'Pay what was decided', tools: [issueRefund, sendMail, wireTransfer] },
  },
  tasks: {
    lookup: {
      agent: 'analyst',
      description: 'Look up {ticket} ({plan})',
      output: z.strictObject({ items: z.number(), unitUsd: z.number(), paidUsd: z.number() }),
      context: [],
    },
    assess: {
      agent: 'analyst',
      context: ['lookup'],
      description: 'Assess {ticket} ({plan})',
      output: z.strictObject({ refund: z.boolean(), amountUsd: z.number(), why: z.string() }),
    },
    pay: { agent: 'clerk', context: ['lookup', 'assess'], description: 'Pay {ticket} ({plan})' },
    pattern: { agent: 'analyst', context: ['lookup'], description: 'Look for a pattern in {ticket} ({plan})' },
    notify: { agent: 'clerk', context: ['pay'], description: 'Tell the customer of {ticket} ({plan})' },
    report: { agent: 'analyst', context: ['pay', 'pattern'], description: 'Report on {ticket} ({plan})' },
  },
});

const newsroom = defineCrew({
  name: 'newsroom',
  inputs,
  agents: { writer: { role: 'Writer', goal: 'Write plainly', tools: [askHuman] } },
  tasks: {
    write: { agent: 'writer', description: 'Write about {ticket} ({plan})', confirm: 'after', minConfidence: 0.8 },
    publish: { agent: 'writer', description: 'Publish it ({plan})', confirm: 'before' },
  },
});

const payOffice = defineCrew({
  name: 'pay-office',
  inputs,
  review: { dueIn: '6h' },
  agents: { clerk: { role: 'Clerk', goal: 'Settle', tools: [issueRefund, sendMail, wireTransfer, askHuman] } },
  tasks: {
    settle: {
      agent: 'clerk',
      description: 'Settle {ticket} ({plan})',
      output: z.strictObject({ done: z.boolean() }),
      maxRetries: 0,
    },
  },
});

const board = defineCrew({
  name: 'board',
  inputs,
  agents: { writer: { role: 'Writer', goal: 'Write' } },
  tasks: {
    statement: {
      agent: 'writer',
      description: 'State {ticket} ({plan})',
      confirm: { after: { reviewers: ['group:leads'], quorum: 2 } },
    },
  },
});

const bureau = defineCrew({
  name: 'bureau',
  inputs,
  review: { reasonRequired: ['approve', 'modify', 'reject', 'respond'] },
  agents: { clerk: { role: 'Clerk', goal: 'Settle', tools: [issueRefund, askHuman] } },
  tasks: { settle: { agent: 'clerk', description: 'Settle {ticket} ({plan})' } },
});

/** Crews that hold in every way that a page must show. */
export const DESK_CREWS = [refundDesk, newsroom, payOffice, board, bureau].map((crew) => crewDefinition(crew));
