/**
 * A draft is rejected with a reason, revised by its agent, changed by the reviewer, and only then edited:
 * `node examples/content-crew/main.ts` (after `npm run build`) prints
 *
 *     revision 1 of draft: "Bees are nice."
 *       rejected: Use the facts of the research.
 *     revision 2 of draft: "Bees visit 2 million flowers for a jar of honey."
 *       modified
 *     the editor was given: "Bees visit about 2 million flowers for a jar of honey."
 *     completed: "Bees visit about 2 million flowers for one jar of honey."
 *     replay it: npx holdpoint replay run_…
 */
import { type Hold, type ModelRequest, openHoldpoint, rehearsalModel } from 'holdpoint';
import content from './crew.ts';

const model = rehearsalModel({
  script: {
    research: {
      facts: [
        { fact: 'A jar of honey takes about 2 million visits to flowers.', source: 'Beekeeping handbook, p. 12' },
        { fact: 'A bee visits up to 100 flowers on one trip.', source: 'Beekeeping handbook, p. 40' },
      ],
    },
    draft: ['Bees are nice.', 'Bees visit 2 million flowers for a jar of honey.'],
    edit: (request: ModelRequest) => {
      const given = draftIn(request);
      console.log(`the editor was given: ${JSON.stringify(given)}`);
      return given.replace('a jar', 'one jar');
    },
  },
});

await using holdpoint = await openHoldpoint({ crews: [content], model });
holdpoint.on('hold:opened', review);
const run = await holdpoint.start('content', { topic: 'bees' });
const { status, outputs } = await run.outcome();
console.log(`${status}: ${JSON.stringify(outputs.edit)}`);
console.log(`replay it: npx holdpoint replay ${run.id}`);

/** What a person would do with each revision. A decision names the digest of what it was made on. */
async function review({ id: holdId, digest, revision, task, proposal }: Hold): Promise<void> {
  console.log(`revision ${revision} of ${task}: ${JSON.stringify(proposal)}`);
  const decision = { holdId, digest, by: 'user:ana' };
  if (revision === 1) {
    const reason = 'Use the facts of the research.';
    console.log(`  rejected: ${reason}`);
    await holdpoint.decide({ ...decision, verdict: 'reject', reason });
  } else {
    console.log('  modified');
    const value = String(proposal).replace('2 million', 'about 2 million');
    await holdpoint.decide({ ...decision, verdict: 'modify', value });
  }
}

/** What stands under "## draft" in the request that the editor got. */
function draftIn({ messages }: ModelRequest): string {
  return messages.map(({ text }) => /## draft\n(.*)/.exec(text)?.[1]).find((text) => text !== undefined) ?? '';
}
