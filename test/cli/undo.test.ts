import { expect, test } from 'vitest';
import { exitCodeOfUndo, undoOutcome } from '../../src/cli/undo-outcome.ts';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { actionIdOf } from '../../src/ids.ts';
import type { JournalEvent } from '../../src/journal/envelope.ts';
import { cliFolder } from '../support/cli.ts';

/** Its undo works from the second time on. */
const TIPS = `
import { existsSync, writeFileSync } from 'node:fs';
import { defineCrew, defineTool } from 'holdpoint';
import { z } from 'zod';
const tip = defineTool({
  name: 'tip', description: 'Tip', input: z.strictObject({ amountUsd: z.number() }), tier: 'supervised',
  execute: async () => 'tipped',
  undo: async () => {
    if (existsSync('tried.txt')) return;
    writeFileSync('tried.txt', '');
    throw new Error('the till is shut');
  },
});
export default defineCrew({
  name: 'tips',
  agents: { clerk: { role: 'Clerk', goal: 'Tip', tools: [tip] } },
  tasks: { tip: { agent: 'clerk', description: 'Tip them' } },
});
`;
const serving = ['serve', 'tips.ts', '--port', '0', '--model', 'rehearsal', '--json'];

test('an undo on a server says what became of it, and so does the run', { timeout: 90_000 }, async () => {
  await using folder = await cliFolder({ 'tips.ts': TIPS });
  const [{ id }] = (await folder.json(['run', 'tips.ts', '--model', 'rehearsal'])).lines as [RunSummary];
  const [{ token }] = (await folder.json(['token', 'create', '--user', 'ana', '--role', 'reviewer'])).lines as [
    { token: string },
  ];
  const server = folder.start(serving);
  const [line] = await server.waitFor('stdout', /^\{.*\}\n/);
  const env = { HOLDPOINT_URL: (JSON.parse(line) as { url: string }).url, HOLDPOINT_TOKEN: token };
  const undo = ['runs', 'undo', id, actionIdOf(id, 1), '--reason', 'boom'];

  const failed = await folder.run(undo, env);
  expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining('the till is shut (TOOL_FAILED)') });
  for (const where of [env, {}])
    expect(await folder.run(['runs', 'show', id], where)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('the till is shut (TOOL_FAILED)'),
    });

  expect(await folder.json(undo, env)).toMatchObject({ code: 0, lines: [{ undone: true, error: null }] });
  const { stdout } = await folder.run(['runs', 'show', id], env);
  expect(stdout).not.toContain('the till is shut');
});

test('what a run that was erased did cannot be shown; the rest is', async () => {
  await using folder = await cliFolder({ 'tips.ts': TIPS });
  const [{ id }] = (await folder.json(['run', 'tips.ts', '--model', 'rehearsal'])).lines as [RunSummary];
  expect(await folder.run(['erase', id, '--reason', 'Asked for.', '--all'])).toMatchObject({ code: 0 });
  expect(await folder.run(['runs', 'show', id])).toMatchObject({ code: 0, stdout: expect.stringContaining(id) });
});

test('an undo that takes longer is left at work: neither done nor failed', async () => {
  const event = (seq: number, type: string, data: object) => ({ seq, type, data }) as JournalEvent;
  const events = [
    event(8, 'action.undo-started', { actionId: 'a' }),
    event(9, 'action.undone', { actionId: 'other' }),
    event(10, 'model.failed', { error: { code: 'X', message: 'y' } }),
  ];
  const read = async (after: number) => events.filter(({ seq }) => seq > after).slice(0, 1);
  const outcome = await undoOutcome(read, { actionId: 'a', after: 8, waitMs: 150 });
  expect([outcome, exitCodeOfUndo(outcome)]).toEqual([{ undone: null, error: null }, 3]);
  events.push(event(11, 'action.undo-failed', { actionId: 'a', error: { code: 'TOOL_FAILED', message: 'no' } }));
  expect(await undoOutcome(read, { actionId: 'a', after: 8, waitMs: 0 })).toMatchObject({ undone: null });
  const failed = await undoOutcome(read, { actionId: 'a', after: 8 });
  expect([failed, exitCodeOfUndo(failed)]).toEqual([
    { undone: false, error: { code: 'TOOL_FAILED', message: 'no' } },
    1,
  ]);
});
