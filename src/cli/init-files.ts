/** What `holdpoint init` writes, by file name. */
export function initFiles({
  name,
  version,
  zod,
}: {
  name: string;
  version: string;
  zod: string;
}): Readonly<Record<string, string>> {
  const manifest = {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts: {
      start: 'holdpoint run refund.crew.ts',
      rehearse: 'holdpoint run refund.crew.ts --input "ticket=Charged twice" --model rehearsal',
      serve: 'holdpoint serve refund.crew.ts',
      test: 'node --experimental-strip-types --test',
    },
    dependencies: { holdpoint: `^${version}`, zod },
  };
  return {
    'refund.crew.ts': CREW,
    'refund.test.ts': TEST,
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    '.env.example': ENV,
    '.gitignore': 'node_modules/\n.holdpoint/\n.env\n',
  };
}

const CREW = `import { defineCrew, defineTool } from 'holdpoint';
import { z } from 'zod';

const issueRefund = defineTool({
  name: 'issue_refund',
  description: 'Refund an order to its original payment method.',
  input: z.strictObject({ orderId: z.string(), amountUsd: z.number().positive() }),
  output: z.strictObject({ refundId: z.string() }),
  // Up to $20 it runs, and can be undone; up to $500 a person approves it; above that a person does it.
  tier: ({ amountUsd }) => (amountUsd <= 20 ? 'supervised' : amountUsd <= 500 ? 'approval' : 'human'),
  impact: ({ orderId, amountUsd }) => ({ summary: \`Refund $\${amountUsd} on \${orderId}\`, target: orderId, amount: amountUsd }),
  idempotent: true,
  execute: async ({ orderId }, { idempotencyKey, log }) => {
    log.info({ orderId, idempotencyKey }, 'call your payment provider here');
    return { refundId: \`refund-\${orderId}\` };
  },
  undo: async ({ output }, { log }) => {
    log.info({ refundId: output.refundId }, 'reverse it here');
  },
});

export default defineCrew({
  name: 'refund-desk',
  inputs: z.strictObject({ ticket: z.string() }),
  agents: {
    analyst: { role: 'Refund analyst', goal: 'Decide fairly', backstory: 'You know the terms of sale by heart.' },
    clerk: { role: 'Refund clerk', goal: 'Pay exactly what was decided', tools: [issueRefund] },
  },
  tasks: {
    assess: {
      agent: 'analyst',
      description: 'Assess this ticket: {ticket}',
      expectedOutput: 'Whether to refund, which order, how much, and why',
      output: z.strictObject({ refund: z.boolean(), orderId: z.string(), amountUsd: z.number().positive(), why: z.string() }),
      confirm: 'after', // a person looks before the clerk acts
    },
    pay: {
      agent: 'clerk',
      context: ['assess'],
      when: ({ outputs }) => outputs.assess.refund,
      description: ({ outputs }) => \`Refund $\${outputs.assess.amountUsd} on order \${outputs.assess.orderId}.\`,
    },
  },
});
`;

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openHoldpoint } from 'holdpoint';
import { approveAll, call, memoryJournal, scriptedModel, text } from 'holdpoint/testing';
import crew from './refund.crew.ts';

const assessment = { refund: true, orderId: 'o-1', amountUsd: 120, why: 'charged twice' };

test('nothing is paid before a person has approved the assessment', async () => {
  const model = scriptedModel([assessment]);
  await using holdpoint = await openHoldpoint({ crews: [crew], database: memoryJournal(), model });
  const run = await holdpoint.start('refund-desk', { ticket: 'You charged me twice.' });
  const { status, tasks } = await run.settled();
  assert.equal(status, 'held');
  assert.deepEqual(tasks, { assess: 'held', pay: 'waiting' });
});

test('with every hold approved, the refund is paid', async () => {
  const model = scriptedModel([assessment, call('issue_refund', { orderId: 'o-1', amountUsd: 120 }), text('Paid.')]);
  await using holdpoint = await openHoldpoint({ crews: [crew], database: memoryJournal(), model });
  const { approved } = approveAll(holdpoint);
  const run = await holdpoint.start('refund-desk', { ticket: 'You charged me twice.' });
  const { status, outputs } = await run.outcome();
  assert.equal(status, 'completed');
  assert.equal(outputs.pay, 'Paid.');
  assert.deepEqual(approved.map((hold) => hold.kind), ['after', 'action']);
  model.assertDone();
});
`;

const ENV = `# Copy to .env. Any server that speaks OpenAI's Chat Completions will do.
OPENAI_API_KEY=
# OPENAI_BASE_URL=http://127.0.0.1:11434/v1
# HOLDPOINT_MODEL=gpt-4.1-mini
# HOLDPOINT_DATABASE=file:.holdpoint/holdpoint.db
`;
