/**
 * Three refunds, three tiers: `node examples/refund-desk/main.ts` (after `npm run build`) prints
 *
 *     ticket: Order A-1 came late, I want 15 dollars back.
 *       held by confirm: assess; user:lea approves
 *       completed: Refunded.
 *     ticket: Order A-2 broke on day one, 120 dollars.
 *       held by confirm: assess; user:lea approves
 *       held by tier: Refund $120 on A-2 (approval); user:lea approves
 *       completed: Refunded.
 *     ticket: Order A-3 never came, 900 dollars.
 *       held by confirm: assess; user:lea approves
 *       held by tier: Refund $900 on A-3 (human); user:lea pays at the bank, reference bank-7
 *       completed: Refunded.
 *     paid by the tool: A-1 $15, A-2 $120
 *     replay one: npx holdpoint replay run_…
 *
 * The 15 dollars were `supervised`: paid without asking, and a person may undo them for ten minutes (on the review page,
 * or with `npx holdpoint runs undo RUN ACTION --reason … --crew examples/refund-desk/crew.ts`).
 */
import { type Hold, type ModelRequest, openHoldpoint, rehearsalModel } from 'holdpoint';
import refundDesk from './crew.ts';
import { payments } from './payments.ts';

const AMOUNTS: Record<string, number> = { 'A-1': 15, 'A-2': 120, 'A-3': 900 };
const LEA = { user: 'user:lea', roles: ['reviewer'], groups: [] };

/** What a model would do: judge the ticket, then call the tool, then say that it is done. */
const model = rehearsalModel({
  script: {
    assess: (request: ModelRequest) => {
      const orderId = orderIn(request);
      return { refund: true, amountUsd: AMOUNTS[orderId], why: `The customer of ${orderId} is right.` };
    },
    pay: (request: ModelRequest) => {
      if (request.messages.some(({ role }) => role === 'tool')) return 'Refunded.';
      const orderId = orderIn(request);
      return { call: { tool: 'issue_refund', input: { orderId, amountUsd: AMOUNTS[orderId] } } };
    },
  },
});

await using holdpoint = await openHoldpoint({ crews: [refundDesk], model });
holdpoint.on('hold:opened', review);

let lastRun = '';
for (const ticket of [
  'Order A-1 came late, I want 15 dollars back.',
  'Order A-2 broke on day one, 120 dollars.',
  'Order A-3 never came, 900 dollars.',
]) {
  console.log(`ticket: ${ticket}`);
  const run = await holdpoint.start('refund-desk', { ticket }, { requestedBy: 'user:shop' });
  const { status, outputs } = await run.outcome();
  console.log(`  ${status}: ${outputs.pay}`);
  lastRun = run.id;
}
console.log(
  `paid by the tool: ${payments
    .list()
    .map(({ orderId, amountUsd }) => `${orderId} $${amountUsd}`)
    .join(', ')}`,
);
console.log(`replay one: npx holdpoint replay ${lastRun}`);

async function review(hold: Hold): Promise<void> {
  const what = hold.impact ? `${hold.impact.summary} (${hold.action?.tier})` : hold.task;
  const held = `  held by ${hold.reasons.map(({ code }) => code).join(', ')}: ${what}`;
  const decision = { holdId: hold.id, digest: hold.digest, by: LEA };
  if (hold.kind !== 'human') {
    console.log(`${held}; ${LEA.user} approves`);
    await holdpoint.decide({ ...decision, verdict: 'approve' });
    return;
  }
  // The agent may not do this one. Lea claims it, so that nobody else pays too, and records what she did.
  await holdpoint.claim(hold.id, { by: LEA });
  const refundId = 'bank-7';
  console.log(`${held}; ${LEA.user} pays at the bank, reference ${refundId}`);
  await holdpoint.decide({ ...decision, verdict: 'respond', value: { refundId } });
}

function orderIn({ messages }: ModelRequest): string {
  return messages.map(({ text }) => /A-\d/.exec(text)?.[0]).find((order) => order !== undefined) ?? '';
}
