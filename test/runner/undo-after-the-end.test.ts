import { expect, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import type { ActionId } from '../../src/ids.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { call, memoryJournal, scriptedModel } from '../../src/testing.ts';

test('an action of a run that has ended is undone, though its tool is not idempotent', async () => {
  const undone: string[] = [];
  const label = defineTool({
    name: 'label',
    description: 'Label a ticket',
    input: z.strictObject({ ticket: z.string() }),
    tier: 'supervised',
    execute: () => 'labelled',
    undo: ({ input, reason }, { idempotencyKey }) => void undone.push(`${input.ticket} ${reason} ${idempotencyKey}`),
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
  const [action] = (await engine.stateAt(id)).actions;
  const actor = { user: 'user:ana', roles: [], groups: [] };
  await engine.undo(id, action?.id as ActionId, 'wrong ticket', { actor });
  await expect.poll(async () => (await engine.stateAt(id)).actions[0]?.state).toBe('undone');
  expect(undone).toEqual([`t1 wrong ticket ${id}:${action?.id}:undo`]);
  await expect(engine.undo(id, action?.id as ActionId, 'again', { actor })).rejects.toMatchObject({
    code: 'UNDO_NOT_POSSIBLE',
  });
  await engine.close();
});
