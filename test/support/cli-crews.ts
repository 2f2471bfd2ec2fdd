/** Crew files as users write them, for the command line. */
export const NEWSROOM = `
import { defineCrew } from 'holdpoint';
import { z } from 'zod';

export default defineCrew({
  name: 'newsroom',
  inputs: z.strictObject({ topic: z.string(), words: z.number().default(100), urgent: z.boolean().default(false), tags: z.array(z.string()).default([]) }),
  agents: { writer: { role: 'Writer', goal: 'Write' }, editor: { role: 'Editor', goal: 'Edit' } },
  tasks: {
    draft: { agent: 'writer', description: ({ inputs }) => 'Write about ' + JSON.stringify(inputs), confirm: 'after' },
    edit: { agent: 'editor', description: 'Edit the draft' },
  },
});
`;

/** Each of its 401 tasks is held before it begins: more holds than two pages of a list. */
export const CROWDED = `
import { defineCrew } from 'holdpoint';

const task = { agent: 'writer', description: 'Write', context: [], confirm: 'before' } as const;

export default defineCrew({
  name: 'crowded',
  maxHolds: 500,
  agents: { writer: { role: 'Writer', goal: 'Write' } },
  tasks: Object.fromEntries(Array.from({ length: 401 }, (_, n) => ['t' + (n + 1), task])),
});
`;

/** Its output is an object, and is held. */
export const FACTS = `
import { defineCrew } from 'holdpoint';
import { z } from 'zod';

export default defineCrew({
  name: 'facts',
  agents: { writer: { role: 'Writer', goal: 'Write' } },
  tasks: { collect: { agent: 'writer', description: 'Collect', output: z.strictObject({ fact: z.string() }), confirm: 'after' } },
});
`;

/** Runs through without anybody. */
export const PLAIN = `
import { defineCrew } from 'holdpoint';

export default defineCrew({
  name: 'plain',
  agents: { writer: { role: 'Writer', goal: 'Write' } },
  tasks: { first: { agent: 'writer', description: 'Say one thing' }, second: { agent: 'writer', description: 'Say another' } },
});
`;

/** Its guardrail refuses everything. */
export const FAILING = `
import { defineCrew } from 'holdpoint';

export default defineCrew({
  name: 'failing',
  agents: { writer: { role: 'Writer', goal: 'Write' } },
  tasks: { only: { agent: 'writer', description: 'Write', guardrails: [() => 'never good enough'], maxRetries: 0, onFailure: 'fail' } },
});
`;

/** Tools of every tier; what they did is written to effects.txt. */
export const PAYMENTS = `
import { appendFileSync } from 'node:fs';
import { defineCrew, defineTool } from 'holdpoint';
import { z } from 'zod';
import { Currency } from './currency';

const Amount = z.strictObject({ amountUsd: z.number().positive() });
const write = (line: string) => appendFileSync('effects.txt', line + ' ' + Currency.Dollar + '\\n');

const pay = defineTool({
  name: 'pay', description: 'Pay', input: Amount, tier: 'approval', idempotent: true,
  execute: async ({ amountUsd }) => { write('paid ' + amountUsd); return 'paid'; },
});
const tip = defineTool({
  name: 'tip', description: 'Tip', input: Amount, tier: 'supervised', idempotent: true,
  execute: async ({ amountUsd }) => { write('tipped ' + amountUsd); return 'tipped'; },
  undo: async ({ input }) => write('took back ' + input.amountUsd),
});
const grade = defineTool({
  name: 'grade', description: 'Grade', input: Amount, tier: ({ amountUsd }) => (amountUsd > 5 ? 'approval' : 'automatic'),
  execute: async () => 'graded',
});

export default defineCrew({
  name: 'payments',
  review: { reviewers: ['group:leads'] },
  agents: { clerk: { role: 'Clerk', goal: 'Pay' } },
  tasks: {
    pay: { agent: 'clerk', description: 'Pay it', tools: [pay], review: { quorum: 2 } },
    tip: { agent: 'clerk', description: 'Tip them', tools: [tip] },
    grade: { agent: 'clerk', description: 'Grade it', tools: [grade] },
    raised: { agent: 'clerk', description: 'Grade it with care', tools: [{ tool: grade, tier: 'human' }] },
  },
});
`;

export const CURRENCY = `export enum Currency { Dollar = 'USD' }\n`;
