import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { actionIdOf } from '../../src/ids.ts';
import { type CliFolder, cliFolder } from '../support/cli.ts';
import { NEWSROOM, PLAIN } from '../support/cli-crews.ts';

const rehearse = ['--model', 'rehearsal'];
/** One action that can be undone. */
const TIPS = `
import { defineCrew, defineTool } from 'holdpoint';
import { z } from 'zod';
const tip = defineTool({
  name: 'tip', description: 'Tip', input: z.strictObject({ amountUsd: z.number() }), tier: 'supervised',
  execute: async () => 'tipped', undo: async () => {},
});
export default defineCrew({
  name: 'tips',
  agents: { clerk: { role: 'Clerk', goal: 'Tip', tools: [tip] } },
  tasks: { tip: { agent: 'clerk', description: 'Tip them' } },
});
`;

interface Office {
  readonly folder: CliFolder;
  readonly done: RunSummary;
  readonly held: RunSummary;
}

let first: Office;
beforeAll(async () => {
  const folder = await cliFolder({ 'plain.ts': PLAIN, 'newsroom.ts': NEWSROOM });
  const done = (await folder.json(['run', 'plain.ts', ...rehearse])).lines[0] as RunSummary;
  const held = (await folder.json(['run', 'newsroom.ts', '--input', 'topic=wasps', ...rehearse]))
    .lines[0] as RunSummary;
  first = { folder, done, held };
});
afterAll(() => first?.folder[Symbol.asyncDispose]());

/** A folder of its own for each test, with a run that ended and one on hold. */
async function office(): Promise<Office> {
  return { ...first, folder: await first.folder.copy() };
}

describe('prune', () => {
  test('lists, then exports and removes what ended long ago, and nothing that goes on', async () => {
    const { folder, done, held } = await office();
    await using _ = folder;
    expect(await folder.json(['prune', '--older-than', '1h'])).toMatchObject({ code: 0, lines: [] });
    expect(await folder.json(['prune', '--older-than', '0s'])).toMatchObject({
      lines: [{ id: done.id, removed: false }],
    });
    expect(await folder.json(['prune', '--older-than', '0s', '--status', 'failed'])).toMatchObject({ lines: [] });
    const pruned = await folder.json(['prune', '--older-than', '0s', '--export', 'archive', '--yes']);
    expect(pruned).toMatchObject({
      code: 0,
      lines: [{ id: done.id, removed: true, exported: join('archive', `${done.id}.ndjson`) }],
    });
    expect((await folder.json(['runs'])).lines).toMatchObject([{ id: held.id }]);
    expect(await folder.run(['runs', 'show', done.id])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('RUN_NOT_FOUND'),
    });
    const archive = join('archive', `${done.id}.ndjson`);
    expect(await folder.run(['verify', archive])).toMatchObject({ code: 0 });
    expect(await folder.run(['replay', archive, '--crew', 'plain.ts'])).toMatchObject({ code: 0 });
    const noted = await folder.run(['export', 'system']);
    expect(JSON.parse(noted.stdout.split('\n')[0]!)).toMatchObject({
      type: 'run.pruned',
      data: { run: done.id, crew: 'plain', status: 'completed' },
    });
  });

  test('keeps and tells what somebody still has to end, and removes the others', async () => {
    await using folder = await cliFolder({ 'tips.ts': TIPS, 'plain.ts': PLAIN });
    const [tipped] = (await folder.json(['run', 'tips.ts', ...rehearse])).lines as [RunSummary];
    await folder.run(['run', 'plain.ts', ...rehearse]);
    const undo = ['runs', 'undo', tipped.id, actionIdOf(tipped.id, 1), '--crew', 'tips.ts', '--reason', 'wrong'];
    expect(await folder.run(undo, { HOLDPOINT_FAULT_POINT: 'undoAction.before' })).toMatchObject({ code: null });

    const prune = ['prune', '--older-than', '0s', '--export', 'archive', '--yes'];
    expect(await folder.json(prune)).toMatchObject({
      code: 2,
      lines: [{ id: tipped.id, removed: false, exported: null }, { removed: true }],
      stderr: expect.stringContaining('runs resume'),
    });
    expect(await folder.run(['runs', 'resume', tipped.id, 'tips.ts', ...rehearse])).toMatchObject({ code: 0 });
    expect(await folder.json(prune)).toMatchObject({ code: 0, lines: [{ id: tipped.id, removed: true }] });
    expect(await readdir(join(folder.path, 'archive'))).toHaveLength(2);
  });

  test('says what is wrong with what was asked', async () => {
    const { folder } = await office();
    await using _ = folder;
    expect(await folder.run(['prune', '--older-than', 'a while'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('duration'),
    });
    expect(await folder.run(['prune', '--older-than', '1d', '--status', 'held'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('only runs that ended'),
    });
  });
});

describe('erase', () => {
  test('takes the content for good: the chain verifies, the run shows it and is not replayed', async () => {
    const { folder, held } = await office();
    await using _ = folder;
    const erase = (...more: string[]) => folder.run(['erase', held.id, '--reason', 'asked to be forgotten', ...more]);
    expect(await erase('--all')).toMatchObject({ code: 2, stderr: expect.stringContaining('RUN_ACTIVE') });
    await folder.run(['runs', 'cancel', held.id]);
    expect(await folder.run(['runs', 'resume', held.id, 'newsroom.ts', ...rehearse])).toMatchObject({ code: 4 });
    expect(await erase()).toMatchObject({ code: 2, stderr: expect.stringContaining('--all') });
    expect(await erase('--task', 'none')).toMatchObject({ code: 2, stderr: expect.stringContaining('no task') });
    expect(await erase('--all')).toMatchObject({ code: 0 });

    expect(await folder.run(['verify', held.id])).toMatchObject({ code: 0 });
    expect(await folder.run(['replay', held.id])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('RUN_ERASED'),
    });
    expect(await folder.run(['fork', held.id, '--at', '1'])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('RUN_ERASED'),
    });
    expect(await folder.json(['runs', 'show', held.id])).toMatchObject({
      lines: [
        { status: 'cancelled', outputs: {}, error: { code: 'RUN_ERASED', message: expect.stringContaining('local:') } },
      ],
    });
    expect((await folder.json(['holds', 'list', '--status', 'all'])).lines).toEqual([]);
    const exported = await folder.run(['export', held.id]);
    expect(exported.stdout).not.toContain('wasps');
    const kept = await Promise.all(
      (await readdir(join(folder.path, '.holdpoint'))).map((name) => readFile(join(folder.path, '.holdpoint', name))),
    );
    expect(Buffer.concat(kept).includes('wasps'), 'anywhere in the files').toBe(false);

    const watched = await folder.run(['runs', 'watch', held.id]);
    expect(watched.stdout).toContain('hold.opened by system (erased)');
    expect(watched.stdout).not.toContain('undefined');
    const summary = async () => (await folder.json(['runs', 'show', held.id])).lines[0];
    const before = await summary();
    expect(await folder.json(['erase', held.id, '--reason', 'again', '--all'])).toMatchObject({
      lines: [{ erased: 0 }],
    });
    expect(await summary(), 'nothing was left to erase').toEqual(before);
    expect((await folder.run(['export', 'system'])).stdout).not.toContain('again');
  });

  test('of one task only, what the others say stays', async () => {
    const { folder, done } = await office();
    await using _ = folder;
    expect(await folder.json(['erase', done.id, '--task', 'second', '--reason', 'r'])).toMatchObject({
      code: 0,
      lines: [{ tasks: ['second'] }],
    });
    const { outputs } = (await folder.json(['runs', 'show', done.id])).lines[0] as RunSummary;
    expect(Object.keys(outputs ?? {})).toEqual(['first']);
    expect(await folder.run(['verify', done.id])).toMatchObject({ code: 0 });
  });
});
