import { expect, test } from 'vitest';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { cliFolder } from '../support/cli.ts';
import { NEWSROOM } from '../support/cli-crews.ts';

const rehearse = ['--model', 'rehearsal'];

test('stop-all parks what is on hold, says how to go on, and cancels on request', { timeout: 90_000 }, async () => {
  await using folder = await cliFolder({ 'newsroom.ts': NEWSROOM });
  const run = (await folder.json(['run', 'newsroom.ts', '--input', 'topic=bees', ...rehearse])).lines[0] as RunSummary;
  expect(await folder.json(['runs', 'stop-all', '--reason', 'wrong prices'])).toMatchObject({
    code: 0,
    lines: [{ stopped: [run.id], cancelled: false }],
  });
  expect(await folder.json(['runs', 'show', run.id])).toMatchObject({ lines: [{ status: 'parked' }] });
  const again = await folder.run(['run', 'newsroom.ts', '--input', 'topic=bees', ...rehearse]);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/wrong prices.*resume-all.*\(STOPPED\)/s) });
  expect((await folder.run(['runs', 'list'])).stderr).toContain('wrong prices');
  const early = await folder.run(['runs', 'resume', run.id, 'newsroom.ts', '--accept-change', ...rehearse]);
  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('(STOPPED)') });
  expect(await folder.json(['runs', 'resume-all', '--keep-parked'])).toMatchObject({
    code: 0,
    lines: [{ resumed: [] }],
  });
  const resumed = await folder.run(['runs', 'resume', run.id, 'newsroom.ts', ...rehearse]);
  expect(resumed.stderr).toContain('wrong prices');
  expect(resumed.stderr).not.toContain('its crew changed');
  const accepted = await folder.json(['runs', 'resume', run.id, 'newsroom.ts', '--accept-change', ...rehearse]);
  expect(accepted).toMatchObject({ lines: [{ status: 'held' }] });
  expect(await folder.run(['runs', 'stop-all', '--cancel'])).toMatchObject({ code: 0, stdout: `${run.id}\n` });
  expect(await folder.run(['runs', 'resume', run.id, 'newsroom.ts', ...rehearse])).toMatchObject({ code: 4 });
  expect(await folder.run(['runs', 'stop-all'])).toMatchObject({ code: 0, stdout: '' });
  expect(await folder.run(['runs', 'resume-all'])).toMatchObject({ code: 0, stdout: '' });
  const next = await folder.json(['run', 'newsroom.ts', '--input', 'topic=bees', ...rehearse]);
  expect(await folder.run(['runs', 'stop-all'])).toMatchObject({ code: 0 });
  const { id } = next.lines[0] as RunSummary;
  expect(await folder.run(['runs', 'resume-all'])).toMatchObject({ code: 0, stdout: `${id}\n` });
  expect(await folder.json(['runs', 'show', id])).toMatchObject({ lines: [{ status: 'held' }] });
});
