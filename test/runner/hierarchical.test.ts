import { expect, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { defineCrew, openHoldpoint } from '../../src/index.ts';
import { toRunEvents } from '../../src/journal/read-run.ts';
import { replay } from '../../src/replay/replay.ts';
import { memoryJournal, scriptedModel } from '../../src/testing.ts';

const firm = defineCrew({
  name: 'firm',
  inputs: z.strictObject({ topic: z.string() }),
  process: 'hierarchical',
  manager: 'boss',
  agents: { boss: { role: 'Head of desk', goal: 'Only good work leaves' }, writer: { role: 'Writer', goal: 'Write' } },
  tasks: { draft: { agent: 'writer', description: 'Write about {topic}', confirm: 'after' } },
});
const answer = (output: unknown) => ({ output, reasoning: 'r', confidence: 0.9 });

test('the manager sends work back with what to do, and only what it accepts reaches the reviewer', async () => {
  const model = scriptedModel([
    answer('thin'),
    answer({ accept: false, feedback: 'Name a source.' }),
    answer('rich'),
    answer({ accept: true, feedback: '' }),
  ]);
  const journal = memoryJournal();
  await using holdpoint = await openHoldpoint({ crews: [firm], database: journal, model });
  const run = await holdpoint.start('firm', { topic: 'bees' });
  expect(await run.settled()).toMatchObject({ status: 'held', usage: { calls: 4 } });
  const [hold] = (await holdpoint.holds.list()).holds;
  expect(hold).toMatchObject({ proposal: 'rich', attempt: 2 });
  const asked = model.requests.map((request) => JSON.stringify(request));
  expect(asked[1]).toContain('Head of desk');
  expect(asked[1]).toContain('thin');
  expect(asked[2]).toContain('Name a source.');
  await holdpoint.decide({ holdId: hold!.id, digest: hold!.digest, verdict: 'approve', by: 'user:ana' });
  expect(await run.outcome()).toMatchObject({ status: 'completed', outputs: { draft: 'rich' } });
  const events = toRunEvents(await journal.read(run.id), []);
  expect(await replay(run.id, events, { crew: crewDefinition(firm) })).toMatchObject({ count: events.length });
});

test('a manager who is never content ends in an escalation, not in a loop', async () => {
  const refusal = answer({ accept: false, feedback: 'No.' });
  const model = scriptedModel([answer('a'), refusal, answer('b'), refusal, answer('c'), refusal]);
  await using holdpoint = await openHoldpoint({ crews: [firm], database: memoryJournal(), model });
  const run = await holdpoint.start('firm', { topic: 'bees' });
  expect(await run.settled()).toMatchObject({ status: 'held' });
  const [hold] = (await holdpoint.holds.list()).holds;
  expect(hold).toMatchObject({ kind: 'escalation', proposal: { output: 'c' }, allowed: ['respond'] });
});
