import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew, defineTool } from '../../src/index.ts';
import { usesOfAction } from '../../src/replay/uses-of-action.ts';
import { call } from '../../src/testing.ts';
import { answer, openDesk, person } from '../support/desk.ts';

const tip = defineTool({
  name: 'tip',
  description: 'Tip',
  input: z.strictObject({ usd: z.number() }),
  tier: 'supervised',
  execute: ({ usd }) => `tipped ${usd}`,
  undo: () => {},
});

const crew = defineCrew({
  name: 'tips',
  agents: { clerk: { role: 'Clerk', goal: 'Tip', tools: [tip] } },
  tasks: {
    pay: { agent: 'clerk', description: 'Pay', context: [] },
    other: { agent: 'clerk', description: 'Other', context: [], confirm: 'before' },
    report: { agent: 'clerk', description: 'Report', context: ['pay'], confirm: 'before' },
    letter: { agent: 'clerk', description: 'Letter', context: ['report'] },
  },
});

test('what used a result: later answers of its task, tasks that started from it, and what they did', async () => {
  const script = [
    call('tip', { usd: 5 }),
    answer('paid'),
    call('tip', { usd: 1 }),
    answer('reported'),
    answer('written'),
    answer('else'),
  ];
  await using d = await openDesk(crew, script);
  const id = await d.startAndSettle();
  const [action] = (await d.engine.stateAt(id)).actions;
  const now = async () => usesOfAction(await d.events(id), action!.id as never);
  const at = async (type: 'model.responded' | 'task.started', task: string) =>
    (await d.eventsOfType(id, type)).filter((event) => event.data.task === task).map(({ seq }) => seq);

  const [asked = 0, answered = 0] = await at('model.responded', 'pay');
  expect(await now()).toEqual({
    usedBy: [{ kind: 'answer', task: 'pay', seq: answered }],
    useCount: 1,
    takeBackSeq: asked - 1,
  });

  const report = (await d.open(id)).find(({ task }) => task === 'report')!;
  await d.approve(report);
  await d.settled(id);
  expect((await now()).usedBy.map(({ kind, task }) => `${kind} ${task}`)).toEqual([
    'answer pay',
    'task report',
    'answer report',
    'action report',
    'answer report',
    'task letter',
    'answer letter',
  ]);
  await d.approve(await d.only(id));
  await d.settled(id);
  expect((await now()).usedBy.map(({ task }) => task)).not.toContain('other');

  // Taken back there, the agent is asked again, and the action is not among what was done.
  const fork = await d.engine.fork(id, (await now()).takeBackSeq!, { actor: person('user:ana') });
  expect((await d.eventsOfType(fork.id, 'action.proposed')).length).toBe(0);
  await d.engine.cancel(fork.id, 'enough', { actor: person('user:ana') });
});
