import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew } from '../../src/index.ts';
import { answer, openDesk } from '../support/desk.ts';

const agents = { writer: { role: 'Writer', goal: 'Write' } };

describe('confirm', () => {
  test('both: the start is held, then the output', async () => {
    const crew = defineCrew({
      name: 'careful',
      inputs: z.strictObject({ topic: z.string() }),
      agents,
      tasks: {
        write: { agent: 'writer', description: 'Write about {topic}', expectedOutput: 'A text', confirm: 'both' },
      },
    });
    await using desk = await openDesk(crew, [answer('text')]);
    const run = await desk.startAndSettle({ topic: 'bees' });
    const before = await desk.only(run);
    expect(before).toMatchObject({
      kind: 'before',
      proposal: { description: 'Write about bees', expectedOutput: 'A text', tools: [], context: [] },
      allowed: ['approve', 'modify', 'reject'],
    });
    expect(desk.model.requests).toHaveLength(0);
    await expect(desk.modify(before, '')).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    await expect(desk.modify(before, { description: 'x' })).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    await desk.modify(before, 'Write about wasps');
    await desk.settled(run);
    expect(JSON.stringify(desk.model.requests[0])).toContain('Write about wasps');
    expect(JSON.stringify(desk.model.requests[0])).not.toContain('bees');
    const after = await desk.only(run);
    expect(after).toMatchObject({ kind: 'after', proposal: 'text', revision: 1 });
    await desk.modify(after, 'better');
    expect(await desk.settled(run)).toMatchObject({ status: 'completed', outputs: { write: 'better' } });
    expect((await desk.eventsOfType(run, 'task.completed'))[0]?.data).toMatchObject({
      source: 'modified',
      holdId: after.id,
    });
  });

  test('a rejected start fails the task; with onReject skip it is skipped', async () => {
    for (const [onReject, ending] of [
      ['revise', { status: 'failed', error: { code: 'TASK_REJECTED' } }],
      ['skip', { status: 'completed', tasks: { write: 'skipped' } }],
    ] as const) {
      const crew = defineCrew({
        name: 'careful',
        agents,
        tasks: { write: { agent: 'writer', description: 'Write', confirm: 'before', onReject } },
      });
      await using desk = await openDesk(crew, []);
      const run = await desk.startAndSettle();
      await desk.reject(await desk.only(run));
      expect(await desk.settled(run)).toMatchObject(ending);
    }
  });

  test('when decides for each side, from inputs and output', async () => {
    const crew = defineCrew({
      name: 'sometimes',
      inputs: z.strictObject({ risky: z.boolean() }),
      agents,
      tasks: {
        write: {
          agent: 'writer',
          description: 'Write',
          confirm: {
            before: { when: ({ inputs }) => inputs.risky },
            after: { when: ({ output }) => output.includes('!') },
          },
        },
      },
    });
    await using desk = await openDesk(crew, [answer('calm'), answer('loud!')]);
    expect(await desk.settled(await desk.start({ risky: false }))).toMatchObject({ status: 'completed' });
    const run = await desk.startAndSettle({ risky: true });
    const before = await desk.only(run);
    expect(before.kind).toBe('before');
    await desk.approve(before);
    await desk.settled(run);
    const after = await desk.only(run);
    expect(after.kind).toBe('after');
    await desk.approve(after);
    expect(await desk.settled(run)).toMatchObject({ status: 'completed' });
  });

  test('a modified output passes schema and guardrails again; what is wrong is named with its path', async () => {
    const crew = defineCrew({
      name: 'typed',
      agents,
      tasks: {
        write: {
          agent: 'writer',
          description: 'Write',
          output: z.strictObject({ title: z.string(), pages: z.number().max(10).default(1) }),
          guardrails: [({ output }) => output.title !== 'bad' || 'a bad title'],
          confirm: 'after',
        },
      },
    });
    await using desk = await openDesk(crew, [answer({ title: 'a' })]);
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    expect(hold.proposal).toEqual({ title: 'a', pages: 1 });
    await expect(desk.modify(hold, { title: 'b', pages: 11 })).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      details: { issues: [{ path: 'pages' }] },
    });
    await expect(desk.modify(hold, { title: 'b', extra: 1 })).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    await expect(desk.modify(hold, { title: 'bad' })).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      details: { issues: [{ path: '', message: 'a bad title' }] },
    });
    await desk.modify(hold, { title: 'b' });
    expect(await desk.settled(run)).toMatchObject({ outputs: { write: { title: 'b', pages: 1 } } });
  });
});
