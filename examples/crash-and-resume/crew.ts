import { defineCrew, defineTool } from 'holdpoint';
import { z } from 'zod';
import { book, maybeDie } from './provider.ts';

const chargeCard = defineTool({
  name: 'charge_card',
  description: "Charge the customer's card.",
  input: z.strictObject({ amountUsd: z.number().positive() }),
  output: z.strictObject({ chargeId: z.string() }),
  tier: 'automatic',
  idempotent: true, // without it, a person would be asked whether the card was charged
  execute: async ({ amountUsd }, { idempotencyKey }) => {
    book(idempotencyKey, amountUsd);
    await maybeDie('charged');
    return { chargeId: 'ch_1' };
  },
});

export default defineCrew({
  name: 'billing',
  inputs: z.strictObject({ order: z.string() }),
  agents: { clerk: { role: 'Clerk', goal: 'Bill every order once' } },
  tasks: {
    price: { agent: 'clerk', description: 'What does order {order} cost?' },
    charge: { agent: 'clerk', description: 'Charge the card for order {order}.', tools: [chargeCard] },
    thank: { agent: 'clerk', description: 'Thank the customer for order {order}.' },
  },
});
