import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hold } from '../../src/hooks/hold.ts';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { type CliFolder, cliFolder } from '../support/cli.ts';
import { NEWSROOM } from '../support/cli-crews.ts';

const rehearse = ['--model', 'rehearsal'];

interface Held {
  readonly folder: CliFolder;
  readonly run: RunSummary;
}

let first: Held;
beforeAll(async () => {
  const folder = await cliFolder({ 'newsroom.ts': NEWSROOM });
  const { lines } = await folder.json(['run', 'newsroom.ts', '--input', 'topic=bees', ...rehearse]);
  first = { folder, run: lines[0] as RunSummary };
});
afterAll(() => first?.folder[Symbol.asyncDispose]());

/** A folder of its own for each test, with a run on hold. */
async function held(): Promise<Held> {
  return { ...first, folder: await first.folder.copy() };
}

describe('fork', () => {
  test('with the crew file: the hold is decided at once, and the fork goes on here', async () => {
    const { folder, run } = await held();
    await using _ = folder;
    const at = ['fork', run.id, '--at', String(run.lastSeq), '--crew', 'newsroom.ts', ...rehearse];
    const forked = await folder.json([...at, '--decision', 'approve']);
    expect(forked).toMatchObject({
      code: 0,
      lines: [{ status: 'completed' }],
      stderr: expect.stringContaining('forked at event'),
    });
    const [fork] = forked.lines as [RunSummary];
    expect(fork.id).not.toBe(run.id);
    expect(await folder.json(['runs', 'show', run.id])).toMatchObject({ lines: [{ status: 'held' }] });
    expect(await folder.run(['replay', fork.id, '--crew', 'newsroom.ts'])).toMatchObject({ code: 0 });
    expect(await folder.run(['verify', fork.id])).toMatchObject({ code: 0 });

    const modified = await folder.json([...at, '--decision', 'modify:"bees, by hand"']);
    expect(modified).toMatchObject({ code: 0, lines: [{ outputs: { draft: 'bees, by hand' } }] });

    const rejected = await folder.json([...at, '--decision', 'reject:say it: shorter']);
    expect(rejected).toMatchObject({ code: 3, lines: [{ status: 'held' }] });
    const [hold] = (await folder.json(['holds', 'list', '--run', (rejected.lines[0] as RunSummary).id])).lines as [
      Hold,
    ];
    expect(hold).toMatchObject({ revision: 2, proposal: expect.stringContaining('say it: shorter') });
  });

  test('without it: the fork is recorded, and resumed later', async () => {
    const { folder, run } = await held();
    await using _ = folder;
    const forked = await folder.json(['fork', run.id, '--at', String(run.lastSeq)]);
    expect(forked).toMatchObject({ code: 3, stderr: expect.stringContaining('runs resume') });
    const [fork] = forked.lines as [RunSummary];
    const [hold] = (await folder.json(['holds', 'list', '--run', fork.id])).lines as [Hold];
    await folder.run(['holds', 'approve', hold.id, '--digest', hold.digest]);
    expect(await folder.json(['runs', 'resume', fork.id, 'newsroom.ts', ...rehearse])).toMatchObject({ code: 0 });
    // Before the hold nothing waits for a person: the fork is done, and not left on hold.
    const early = await folder.json(['fork', run.id, '--at', '2']);
    expect(early).toMatchObject({ code: 0, lines: [{ status: 'running', openHolds: [] }] });
  });

  test('says what is wrong with what was asked', async () => {
    const { folder, run } = await held();
    await using _ = folder;
    expect(await folder.run(['fork', run.id, '--at', '99'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('FORK_NOT_POSSIBLE'),
    });
    expect(await folder.run(['fork', run.id])).toMatchObject({ code: 2, stderr: expect.stringContaining('--at') });
    const decided = (text: string) => folder.run(['fork', run.id, '--at', '2', '--decision', text]);
    expect(await decided('reject')).toMatchObject({ code: 2, stderr: expect.stringContaining('reject:REASON') });
    expect(await decided('modify:{')).toMatchObject({ code: 2, stderr: expect.stringContaining('not JSON') });
    expect(await decided('modify:1')).toMatchObject({ code: 1, stderr: expect.stringContaining('--crew') });
    expect(await decided('approve')).toMatchObject({ code: 2, stderr: expect.stringContaining('No hold is open') });
    expect(await folder.json(['runs']), 'nothing was forked').toMatchObject({ lines: [{ id: run.id }] });
  });
});
