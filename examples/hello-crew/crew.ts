import { defineCrew } from 'holdpoint';
import { z } from 'zod';

/** One agent, one task, and a person who looks at what the agent wrote before anything else happens. */
export default defineCrew({
  name: 'hello',
  inputs: z.strictObject({ name: z.string() }),
  agents: { greeter: { role: 'Greeter', goal: 'Make people feel welcome' } },
  tasks: {
    greet: { agent: 'greeter', description: 'Welcome {name} in one friendly sentence.', confirm: 'after' },
  },
});
