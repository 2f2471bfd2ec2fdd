/**
 * The smallest crew that holds: `npm run build` once, then `node examples/hello-crew/main.ts`. It prints
 *
 *     held: greet proposes "Welcome, Ana! The kettle is on."
 *     completed: "Welcome, Ana! The kettle is on."
 *     replay it: npx holdpoint replay run_…
 */
import { openHoldpoint, rehearsalModel } from 'holdpoint';
import hello from './crew.ts';

// The offline model says these words. Leave `model` out to ask the one of OPENAI_API_KEY or OPENAI_BASE_URL.
const model = rehearsalModel({ script: { greet: 'Welcome, Ana! The kettle is on.' } });
await using holdpoint = await openHoldpoint({ crews: [hello], model });

holdpoint.on('hold:opened', async (hold) => {
  console.log(`held: ${hold.task} proposes ${JSON.stringify(hold.proposal)}`);
  await holdpoint.decide({ holdId: hold.id, digest: hold.digest, verdict: 'approve', by: 'user:ana' });
});

const run = await holdpoint.start('hello', { name: 'Ana' });
const { status, outputs } = await run.outcome();
console.log(`${status}: ${JSON.stringify(outputs.greet)}`);
console.log(`replay it: npx holdpoint replay ${run.id}`);
