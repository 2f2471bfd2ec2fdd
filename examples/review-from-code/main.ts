/**
 * A reviewer that is a program: it connects to a review server over the websocket, sees the hold open, claims and approves
 * it, and follows the run. `node examples/review-from-code/main.ts` (after `npm run build`) prints
 *
 *     connected as user:ana, in leads
 *     opened: after of announce, "We move on Friday."
 *     approved: recorded as event …
 *     events: run.started task.started model.responded task.proposed hold.opened hold.claimed hold.decided task.completed task.started model.responded task.proposed task.completed run.completed
 *     completed: "Posted."
 *     replay it: npx holdpoint replay run_… --database file:…
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectReview, type Hold } from 'holdpoint/client';
import { holdpoint, serve } from '../command-line.ts';

// A database of its own: a server is the only one to change what is in it.
process.env.HOLDPOINT_DATABASE ??= `file:${join(mkdtempSync(join(tmpdir(), 'holdpoint-example-')), 'holdpoint.db')}`;

const server = await serve(fileURLToPath(new URL('crew.ts', import.meta.url)), '--log-level', 'error');
const who = ['--user', 'ana', '--role', 'reviewer', '--role', 'operator', '--group', 'leads'];
const { token } = JSON.parse(await holdpoint('token', 'create', ...who, '--json')) as { token: string };

const review = await connectReview(server.url, { token });
const me = await review.me();
console.log(`connected as ${me.user}, in ${me.groups.join(', ')}`);

review.on('hold:opened', async (hold: Hold) => {
  console.log(`opened: ${hold.kind} of ${hold.task}, ${JSON.stringify(hold.proposal)}`);
  await review.claim(hold);
  const { recordedSeq } = await review.decide(hold, { verdict: 'approve' });
  console.log(`approved: recorded as event ${recordedSeq}`);
});

const { id } = await review.runs.start('announcements', { what: 'we move on Friday' });
const types: string[] = [];
for await (const event of review.runs.watch(id)) {
  types.push(event.type);
  if (event.type === 'run.completed') break;
}
console.log(`events: ${types.join(' ')}`);
const { status, outputs } = await review.runs.get(id);
console.log(`${status}: ${JSON.stringify(outputs?.post)}`);

await review.close();
await server.stop();
console.log(`replay it: npx holdpoint replay ${id} --database ${process.env.HOLDPOINT_DATABASE}`);
