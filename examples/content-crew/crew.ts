import { defineCrew } from 'holdpoint';
import { z } from 'zod';

/** Three agents in a row. The draft is held before the editor acts on it: the editor sees only what a person let through. */
export default defineCrew({
  name: 'content',
  inputs: z.strictObject({ topic: z.string() }),
  agents: {
    researcher: { role: 'Researcher', goal: 'Find facts that can be checked' },
    writer: { role: 'Writer', goal: 'Write plainly', backstory: 'You cut every word that does no work.' },
    editor: { role: 'Editor', goal: 'Publish nothing that is wrong' },
  },
  tasks: {
    research: {
      agent: 'researcher',
      description: 'Find two facts about {topic}, each with its source.',
      output: z.strictObject({ facts: z.array(z.strictObject({ fact: z.string(), source: z.string() })).min(2) }),
    },
    draft: {
      agent: 'writer',
      description: 'Write one sentence about {topic} from the facts.',
      guardrails: [({ output }) => output.length <= 120 || `It has ${output.length} characters; 120 is the most.`],
      confirm: 'after',
    },
    edit: { agent: 'editor', description: 'Make the draft ready to print. Change no fact.' },
  },
});
