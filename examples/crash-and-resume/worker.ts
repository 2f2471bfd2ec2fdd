/**
 * One life of the process. It says the same in each: start this run. Under the same `requestId` that is the same run, so a
 * later life goes on where the last one was killed.
 */
import { type Model, openHoldpoint, rehearsalModel } from 'holdpoint';
import billing from './crew.ts';
import { maybeDie, note } from './provider.ts';

const offline = rehearsalModel({
  script: {
    price: '$40',
    charge: [{ call: { tool: 'charge_card', input: { amountUsd: 40 } } }, 'Charged $40.'],
    thank: 'Thank you!',
  },
});

/** The same model, and every request noted. */
const model: Model = {
  ...offline,
  respond: async (request, options) => {
    const task = /^Task: (\w+)/m.exec(request.messages.map(({ text }) => text).join('\n'))?.[1];
    note(`model ${task}`);
    await maybeDie(`asked ${task}`);
    return offline.respond(request, options);
  },
};

await using holdpoint = await openHoldpoint({ crews: [billing], model });
const run = await holdpoint.start('billing', { order: 'A-81' }, { requestId: 'order A-81' });
const { status } = await run.outcome();
console.log(`${status} ${run.id}`);
