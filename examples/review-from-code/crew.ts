import { defineCrew, rehearsalModel } from 'holdpoint';
import { z } from 'zod';

/** The server loads this file, so the crew brings its offline model along. Leave `model` out for a real one. */
export default defineCrew({
  name: 'announcements',
  model: rehearsalModel({ script: { announce: 'We move on Friday.', post: 'Posted.' } }),
  inputs: z.strictObject({ what: z.string() }),
  agents: { writer: { role: 'Writer', goal: 'Say what people need to know' } },
  tasks: {
    announce: { agent: 'writer', description: 'Announce: {what}', confirm: { after: { reviewers: ['group:leads'] } } },
    post: { agent: 'writer', description: 'Post the announcement.' },
  },
});
