import { defineCrew, defineTool } from 'holdpoint';
import { z } from 'zod';
import { payments } from './payments.ts';

/** How much oversight a refund needs depends on its amount: none beforehand, an approval, or a person who does it. */
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
  execute: async ({ orderId, amountUsd }, { idempotencyKey }) => {
    const { refundId } = payments.refund(orderId, amountUsd, idempotencyKey);
    return { refundId };
  },
  undo: async ({ output }) => payments.cancel(output.refundId), // required where a tier can be `supervised`
  undoWindow: '10m',
});

export default defineCrew({
  name: 'refund-desk',
  inputs: z.strictObject({ ticket: z.string() }),
  agents: {
    analyst: { role: 'Refund analyst', goal: 'Decide fairly', backstory: 'You know what a broken promise costs.' },
    clerk: { role: 'Refund clerk', goal: 'Pay what was decided', tools: [issueRefund], maxSteps: 10 },
  },
  tasks: {
    assess: {
      agent: 'analyst',
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
