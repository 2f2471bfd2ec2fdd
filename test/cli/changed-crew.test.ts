import { expect, test } from 'vitest';
import { connectReview } from '../../src/client/index.ts';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { cliFolder } from '../support/cli.ts';
import { NEWSROOM } from '../support/cli-crews.ts';

const rehearse = ['--model', 'rehearsal'];
const HASH = expect.stringMatching(/^[0-9a-f]{64}$/);
const CHANGED = NEWSROOM.replace("goal: 'Edit'", "goal: 'Edit with care'");

test('a run that a server parked goes on there, once somebody accepts the change that they were shown', async () => {
  await using folder = await cliFolder({ 'newsroom.ts': NEWSROOM });
  const [run] = (await folder.json(['run', 'newsroom.ts', '--input', 'topic=bees', ...rehearse])).lines as [RunSummary];
  await folder.write('newsroom.ts', CHANGED);
  const server = folder.start(['serve', 'newsroom.ts', '--port', '0', '--json', ...rehearse]);
  const { url } = JSON.parse((await server.waitFor('stdout', /^\{.*\}\n/))[0]) as { url: string };
  const made = await folder.json(['token', 'create', '--user', 'ana', '--role', 'admin']);
  const { token } = made.lines[0] as { token: string };
  const client = await connectReview(url, { token });

  const { holds } = await client.holds.list({ runId: run.id });
  await client.decide(holds[0]!, { verdict: 'approve' });
  await expect.poll(async () => (await client.runs.get(run.id)).error).toMatchObject({ code: 'CREW_CHANGED' });
  await expect(client.runs.resume(run.id, '0'.repeat(64))).rejects.toMatchObject({ code: 'CREW_CHANGED' });

  expect(await folder.run(['runs', 'resume', run.id])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`holdpoint runs resume ${run.id} FILE`),
  });
  const there = ['runs', 'resume', run.id, '--url', url, '--token', token];
  const change = '/agents/editor/goal changed: "Edit" → "Edit with care"';
  const shown = await folder.run(there);
  expect(shown).toMatchObject({ code: 2, stderr: expect.stringContaining(change) });
  expect(shown.stderr).toContain(`holdpoint runs resume ${run.id} --accept-change --url ${url} --token …\n`);
  const setting = { HOLDPOINT_URL: url, HOLDPOINT_TOKEN: token };
  expect((await folder.run(['runs', 'resume', run.id], setting)).stderr).toContain(`${run.id} --accept-change\n`);
  expect((await client.runs.get(run.id)).status, 'only shown').toBe('parked');
  const accepted = await folder.json([...there, '--accept-change']);
  expect(accepted).toMatchObject({ code: 0, lines: [{ id: run.id }], stderr: expect.stringContaining(change) });

  await expect.poll(async () => (await client.runs.get(run.id)).status).toBe('completed');
  const { events } = await client.runs.events(run.id);
  const resumed = events.find(({ type }) => type === 'run.resumed');
  expect(resumed).toMatchObject({ by: 'user:ana' });
  // So the audit shows where the code changed, functions and all.
  const [before, after] = [events[0], resumed].map((event) => (event?.data as { modules?: string })?.modules);
  expect([before, after]).toEqual([HASH, HASH]);
  expect(after).not.toBe(before);
  await client.close();
});
