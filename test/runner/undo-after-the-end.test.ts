import { expect, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import type { ActionId } from '../../src/ids.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { call, memoryJournal, scriptedModel } from '../../src/testing.ts';

const actor = { user: 'user:ana', roles: [], groups: [] };

/** An ended run whose one action may be undone, by what the test says. */
async function labelled(undo: Undo) {
  const label = defineTool({
    name: 'label',
    description: 'Label a ticket',
    input: z.strictObject({ ticket: z.string() }),
    tier: 'supervised',
    execute: () => 'labelled',
    undo: ({ input, reason }, { idempotencyKey }) => undo(`${input.ticket} ${reason} ${idempotencyKey}`),
  });
  const crew = defineCrew({
    name: 'labels',
    agents: { a: { role: 'A', goal: 'B', tools: [label] } },
    tasks: { one: { agent: 'a', description: 'Label it' } },
  });
  const model = scriptedModel([call('label', { ticket: 't1' }), { output: 'ok', reasoning: 'r', confidence: 1 }]);
  const engine = await openEngine({
    crews: [crewDefinition(crew)],
    journal: memoryJournal(),
    models: () => model,
    log: silentLog,
  });
  const { id } = await engine.start('labels', {}, { requestedBy: 'user:ana' });
  await engine.outcome(id);
  const action = async () => (await engine.stateAt(id)).actions[0];
  return { engine, id, action, actionId: (await action())?.id as ActionId };
}
type Undo = (told: string) => void;

test('an action of a run that has ended is undone, though its tool is not idempotent', async () => {
  const undone: string[] = [];
  const { engine, id, action, actionId } = await labelled((told) => void undone.push(told));
  await engine.undo(id, actionId, 'wrong ticket', { actor });
  await expect.poll(async () => (await action())?.state).toBe('undone');
  expect(undone).toEqual([`t1 wrong ticket ${id}:${actionId}:undo`]);
  await expect(engine.undo(id, actionId, 'again', { actor })).rejects.toMatchObject({ code: 'UNDO_NOT_POSSIBLE' });
  await engine.close();
});

test('why an undo failed stands in the state, until another is begun', async () => {
  const broken = [true];
  const { engine, id, action, actionId } = await labelled(() => {
    if (broken.pop()) throw new Error('the printer is out of paper');
  });
  expect(await action()).not.toHaveProperty('undoFailure');
  await engine.undo(id, actionId, 'wrong ticket', { actor });
  await expect.poll(async () => (await action())?.state).toBe('succeeded');
  const { lastSeq } = await engine.run(id);
  expect(await action()).toMatchObject({
    undoFailure: { code: 'TOOL_FAILED', message: 'the printer is out of paper' },
  });
  await engine.undo(id, actionId, 'again', { actor });
  await expect.poll(async () => (await action())?.state).toBe('undone');
  expect(await action()).not.toHaveProperty('undoFailure');
  expect((await engine.stateAt(id, lastSeq + 1)).actions[0]).not.toHaveProperty('undoFailure');
  await engine.close();
});
