import { z } from 'zod';
import { defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';

/** The crew of the documentation, word for word. */
export const issueRefund = defineTool({
  name: 'issue_refund',
  description: 'Refund an order to its original payment method.',
  input: z.strictObject({ orderId: z.string(), amountUsd: z.number().positive() }),
  output: z.strictObject({ refundId: z.string() }),
  tier: ({ amountUsd }) => (amountUsd <= 20 ? 'supervised' : amountUsd <= 500 ? 'approval' : 'human'),
  impact: ({ orderId, amountUsd }) => ({
    summary: `Refund $${amountUsd} on ${orderId}`,
    target: orderId,
    amount: amountUsd,
  }),
  idempotent: true, // safe to repeat with the same idempotencyKey
  timeout: '30s',
  execute: async () => ({ refundId: 'r_1' }),
  undo: async () => {}, // makes it reversible; required where a tier can be `supervised`
  undoWindow: '10m',
});

export const refundDesk = defineCrew({
  name: 'refund-desk',
  inputs: z.strictObject({ ticket: z.string() }),
  agents: {
    analyst: { role: 'Refund analyst', goal: 'Decide fairly', backstory: '…' },
    clerk: { role: 'Refund clerk', goal: 'Pay what was decided', tools: [issueRefund], maxSteps: 10 },
  },
  tasks: {
    assess: {
      agent: 'analyst', // completes from the keys of `agents`
      description: ({ inputs }) => `Assess this ticket: ${inputs.ticket}`,
      expectedOutput: 'Whether to refund, how much, and why',
      output: z.strictObject({ refund: z.boolean(), amountUsd: z.number(), why: z.string() }),
      confirm: 'after', // hold the output before the next agent acts
      minConfidence: 0.8,
    },
    pay: {
      agent: 'clerk',
      context: ['assess'],
      when: ({ outputs }) => outputs.assess.refund, // typed by assess.output
      description: ({ outputs }) => `Refund $${outputs.assess.amountUsd}`,
    },
  },
});
