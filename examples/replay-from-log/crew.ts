import { defineCrew, rehearsalModel } from 'holdpoint';
import { z } from 'zod';

export default defineCrew({
  name: 'letters',
  model: rehearsalModel({ script: { letter: 'Dear Ben, see you in June.', check: 'No mistakes.' } }),
  inputs: z.strictObject({ to: z.string() }),
  agents: { writer: { role: 'Writer', goal: 'Write letters that get answered' } },
  tasks: {
    letter: { agent: 'writer', description: 'Write to {to}.', confirm: 'after' },
    check: { agent: 'writer', description: 'Check the letter for mistakes.' },
  },
});
