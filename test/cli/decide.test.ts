import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hold } from '../../src/hooks/hold.ts';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { type CliFolder, cliFolder } from '../support/cli.ts';
import { CURRENCY, NEWSROOM, PAYMENTS } from '../support/cli-crews.ts';

const rehearse = ['--model', 'rehearsal'];

interface HeldNewsroom {
  readonly folder: CliFolder;
  readonly run: RunSummary;
  readonly hold: Hold;
}

let first: HeldNewsroom;
beforeAll(async () => {
  const folder = await cliFolder({ 'newsroom.ts': NEWSROOM });
  const { lines } = await folder.json(['run', 'newsroom.ts', '--input', 'topic=bees', ...rehearse]);
  const [hold] = (await folder.json(['holds'])).lines as [Hold];
  first = { folder, run: lines[0] as unknown as RunSummary, hold };
});
afterAll(() => first?.folder[Symbol.asyncDispose]());

/** A folder of its own for each test, in which the newsroom is on hold. */
async function heldNewsroom(): Promise<HeldNewsroom> {
  return { ...first, folder: await first.folder.copy() };
}

describe('deciding through the database', () => {
  test('an approval lets the run end, in another process', async () => {
    const { folder, run, hold } = await heldNewsroom();
    await using _ = folder;
    expect(hold).toMatchObject({ runId: run.id, kind: 'after', status: 'open', task: 'draft' });
    const approved = await folder.json(['holds', 'approve', hold.id, '--digest', hold.digest.slice(0, 12)]);
    expect(approved).toMatchObject({
      code: 0,
      lines: [{ hold: { status: 'approved' }, recordedSeq: expect.any(Number) }],
    });
    const resumed = await folder.json(['runs', 'resume', run.id, 'newsroom.ts', ...rehearse]);
    expect(resumed).toMatchObject({ code: 0, lines: [{ id: run.id, status: 'completed' }] });
    expect(await folder.json(['holds'])).toMatchObject({ code: 0, lines: [] });
    expect((await folder.json(['holds', 'list', '--status', 'all'])).lines).toHaveLength(1);
  });

  test('a decision says what it was made on: no digest, a short one and another are refused', async () => {
    const { folder, hold } = await heldNewsroom();
    await using _ = folder;
    const approve = (...more: string[]) => folder.run(['holds', 'approve', hold.id, ...more]);
    expect(await approve()).toMatchObject({ code: 2, stderr: expect.stringContaining('--digest') });
    expect(await approve('--digest', hold.digest.slice(0, 11))).toMatchObject({ code: 2 });
    expect(await approve('--digest', '0123456789ab')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('HOLD_STALE'),
    });
    expect((await folder.json(['holds'])).lines).toHaveLength(1);
    expect(await approve('--digest', hold.digest)).toMatchObject({ code: 0 });
    expect(await approve('--digest', hold.digest)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('HOLD_ALREADY_DECIDED'),
    });
  });

  test('a rejection needs a reason, which the agent gets', async () => {
    const { folder, run, hold } = await heldNewsroom();
    await using _ = folder;
    const reject = ['holds', 'reject', hold.id, '--digest', hold.digest];
    expect(await folder.run(reject)).toMatchObject({ code: 2, stderr: expect.stringContaining('REASON_REQUIRED') });
    expect(await folder.run([...reject, '--reason', 'too dull'])).toMatchObject({ code: 0 });
    expect(await folder.json(['runs', 'resume', run.id, 'newsroom.ts', ...rehearse])).toMatchObject({ code: 3 });
    const [second] = (await folder.json(['holds'])).lines as [Hold];
    expect(second).toMatchObject({ revision: 2, proposal: expect.stringContaining('too dull') });
  });

  test('a modification is checked by the crew file, and replaces the output', async () => {
    const { folder, run, hold } = await heldNewsroom();
    await using _ = folder;
    const modify = ['holds', 'modify', hold.id, '--digest', hold.digest];
    expect(await folder.run([...modify, '--value', '"better"'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--crew'),
    });
    expect(await folder.run([...modify, '--value', 'better', '--crew', 'newsroom.ts'])).toMatchObject({ code: 2 });
    expect(await folder.run([...modify, '--value', '42', '--crew', 'newsroom.ts'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('VALUE_INVALID'),
    });
    expect(await folder.run([...modify, '--value', '"better"', '--crew', 'newsroom.ts'])).toMatchObject({ code: 0 });
    const { lines } = await folder.json(['runs', 'resume', 'newsroom.ts', ...rehearse]);
    expect(lines).toMatchObject([{ id: run.id, outputs: { draft: 'better' } }]);
  });

  test('a policy with reviewers is not satisfied without a token', async () => {
    await using folder = await cliFolder({ 'payments.ts': PAYMENTS, 'currency.ts': CURRENCY });
    expect(await folder.run(['run', 'payments.ts', ...rehearse])).toMatchObject({ code: 3 });
    const [hold] = (await folder.json(['holds'])).lines as [Hold];
    expect((await folder.run(['holds', 'show', hold.id])).stdout).toContain('no token');
    expect(await folder.run(['holds', 'approve', hold.id, '--digest', hold.digest])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('FORBIDDEN'),
    });
  });
});

describe('runs', () => {
  test('a changed crew parks the run until somebody accepts the change', async () => {
    const { folder, run, hold } = await heldNewsroom();
    await using _ = folder;
    await folder.write('newsroom.ts', NEWSROOM.replace('Edit the draft', 'Edit the draft with care'));
    await folder.run(['holds', 'approve', hold.id, '--digest', hold.digest]);
    const parked = await folder.json(['runs', 'resume', run.id, 'newsroom.ts', ...rehearse]);
    expect(parked).toMatchObject({
      code: 2,
      lines: [{ status: 'parked' }],
      stderr: expect.stringContaining('--accept-change'),
    });
    expect(parked.stderr).toContain('Edit the draft with care');
    const resumed = await folder.json(['runs', 'resume', run.id, 'newsroom.ts', '--accept-change', ...rehearse]);
    expect(resumed).toMatchObject({
      code: 0,
      lines: [{ status: 'completed', outputs: { edit: expect.stringContaining('with care') } }],
    });
  });

  test('a cancelled run ends with 4', async () => {
    const { folder, run } = await heldNewsroom();
    await using _ = folder;
    expect(await folder.run(['runs', 'cancel', run.id, '--reason', 'no longer needed'])).toMatchObject({ code: 0 });
    expect(await folder.json(['runs', 'resume', run.id, 'newsroom.ts', ...rehearse])).toMatchObject({
      code: 4,
      lines: [{ status: 'cancelled' }],
    });
    expect(await folder.json(['runs', 'watch', run.id])).toMatchObject({ code: 4 });
  });

  test('another run of the database is left alone', async () => {
    const { folder, run, hold } = await heldNewsroom();
    await using _ = folder;
    await folder.run(['holds', 'approve', hold.id, '--digest', hold.digest]);
    await folder.run(['run', 'newsroom.ts', '--input', 'topic=ants', ...rehearse]);
    expect((await folder.json(['runs', 'show', run.id])).lines).toMatchObject([
      { status: 'running', tasks: { edit: 'waiting' } },
    ]);
  });

  test('a supervised action is undone with its crew file', async () => {
    const tipOnly = PAYMENTS.replace(/pay: \{ agent[^\n]*\n/, '')
      .replace(/\s+grade: \{ agent[^\n]*/, '')
      .replace(/\s+raised: [^\n]*/, '');
    await using folder = await cliFolder({ 'tip.ts': tipOnly, 'currency.ts': CURRENCY });
    const { lines, code } = await folder.json(['run', 'tip.ts', ...rehearse]);
    expect(code).toBe(0);
    const [run] = lines as [RunSummary];
    const replayed = (await folder.json(['replay', run.id])).lines as unknown as [
      { state: { actions: { id: string }[] } },
    ];
    const action = replayed[0].state.actions[0]?.id ?? '';
    const undo = ['runs', 'undo', run.id, action];
    expect(await folder.run(undo)).toMatchObject({ code: 2, stderr: expect.stringContaining('--crew') });
    expect(await folder.run([...undo, '--crew', 'tip.ts'])).toMatchObject({ code: 0 });
    expect(await readFile(join(folder.path, 'effects.txt'), 'utf8')).toMatch(/^tipped (\d+) USD\ntook back \1 USD\n$/);
    expect(await folder.run([...undo, '--crew', 'tip.ts'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('UNDO_NOT_POSSIBLE'),
    });
  });

  test('looking needs a database, and makes none', async () => {
    await using folder = await cliFolder();
    for (const args of [
      ['runs'],
      ['holds'],
      ['runs', 'show', 'run_1'],
      ['holds', 'approve', 'hold_1', '--digest', '0123456789ab'],
    ]) {
      expect(await folder.run(args)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('There is no database'),
      });
    }
    await expect(readFile(join(folder.path, '.holdpoint/holdpoint.db'))).rejects.toThrow('ENOENT');
  });
});
