import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew } from '../../src/index.ts';
import { answer, deferred, openDesk } from '../support/desk.ts';

const agents = { one: { role: 'One', goal: 'Work' } };
const task = { agent: 'one' as const, description: 'Work' };
const usage = { inputTokens: 1, outputTokens: 1 };

/** A model that answers when the test lets it, and counts how many calls are under way. */
function slowModel() {
  const asked: { task: string; finish: () => void }[] = [];
  let most = 0;
  let now = 0;
  return {
    asked,
    most: () => most,
    model: {
      type: 'model' as const,
      name: 'slow',
      async respond(request: { messages: readonly { text: string }[] }) {
        const { promise, resolve } = deferred();
        asked.push({ task: /^Task: (\S+)/m.exec(request.messages[1]?.text ?? '')?.[1] ?? '', finish: resolve });
        most = Math.max(most, ++now);
        await promise;
        now--;
        return { model: 'slow', text: JSON.stringify(answer('done')), toolCalls: [], usage };
      },
    },
  };
}

describe('the graph', () => {
  test('without context each task waits for the one before', async () => {
    const crew = defineCrew({ name: 'row', agents, tasks: { a: task, b: task, c: task } });
    await using desk = await openDesk(crew, { a: [answer('A')], b: [answer('B')], c: [answer('C')] });
    const run = await desk.start();
    expect(await desk.settled(run)).toMatchObject({ status: 'completed', outputs: { a: 'A', b: 'B', c: 'C' } });
    expect((await desk.eventsOfType(run, 'task.started')).map(({ data }) => data.task)).toEqual(['a', 'b', 'c']);
    expect(JSON.stringify(desk.model.requests[2])).toContain('## b');
    expect(JSON.stringify(desk.model.requests[2])).not.toContain('## a');
  });

  test('tasks with nothing to wait for run side by side, up to concurrency', async () => {
    const free = { ...task, context: [] };
    const crew = defineCrew({
      name: 'wide',
      agents,
      concurrency: 2,
      tasks: { a: free, b: free, c: free, d: { ...task, context: ['a', 'b', 'c'] } },
    });
    const slow = slowModel();
    await using desk = await openDesk(crew, [], { model: slow.model });
    const run = await desk.start();
    await expect.poll(() => slow.asked.map((call) => call.task)).toEqual(['a', 'b']);
    slow.asked[1]?.finish();
    await expect.poll(() => slow.asked.map((call) => call.task)).toEqual(['a', 'b', 'c']);
    slow.asked[0]?.finish();
    slow.asked[2]?.finish();
    await expect.poll(() => slow.asked.length).toBe(4);
    slow.asked[3]?.finish();
    expect(await desk.settled(run)).toMatchObject({ status: 'completed' });
    expect(slow.most()).toBe(2);
  });

  test('a held task takes no place, and many starts approved at once still keep to concurrency', async () => {
    const free = { ...task, context: [], confirm: 'before' as const };
    const crew = defineCrew({ name: 'gate', agents, concurrency: 1, tasks: { a: free, b: free, c: free } });
    const slow = slowModel();
    await using desk = await openDesk(crew, [], { model: slow.model });
    const run = await desk.startAndSettle();
    const holds = await desk.open(run);
    expect(holds.map((hold) => hold.task)).toEqual(['a', 'b', 'c']);
    await Promise.all(holds.map((hold) => desk.approve(hold)));
    for (let n = 1; n <= 3; n++) {
      await expect.poll(() => slow.asked.length).toBe(n);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(slow.asked).toHaveLength(n);
      slow.asked[n - 1]?.finish();
    }
    expect(await desk.settled(run)).toMatchObject({ status: 'completed' });
    expect(slow.most()).toBe(1);
  });

  test('when false skips the task and what needs it; optionalContext sees undefined', async () => {
    const crew = defineCrew({
      name: 'skips',
      inputs: z.strictObject({ go: z.boolean() }),
      agents,
      tasks: {
        a: { ...task, context: [], when: ({ inputs }) => inputs.go },
        b: { ...task, context: ['a'] },
        c: { ...task, context: ['b'] },
        d: {
          ...task,
          context: [],
          optionalContext: ['a', 'b'],
          description: ({ outputs }) => `a is ${outputs.a}, b is ${outputs.b}`,
        },
      },
    });
    await using desk = await openDesk(crew, { d: [answer('D')], a: [], b: [], c: [] });
    const run = await desk.start({ go: false });
    expect(await desk.settled(run)).toMatchObject({
      status: 'completed',
      tasks: { a: 'skipped', b: 'skipped', c: 'skipped', d: 'completed' },
      outputs: { d: 'D' },
    });
    expect(JSON.stringify(desk.model.requests[0])).toContain('a is undefined, b is undefined');
    const causes = (await desk.eventsOfType(run, 'task.skipped')).map(({ data }) => [data.task, data.cause]);
    expect(causes).toEqual([
      ['a', 'when'],
      ['b', 'dependency'],
      ['c', 'dependency'],
    ]);
  });

  test('holds of parallel tasks are decided each by itself, in any order', async () => {
    const free = { ...task, context: [], confirm: 'after' as const };
    const crew = defineCrew({
      name: 'two',
      agents,
      tasks: { a: free, b: free, end: { ...task, context: ['a', 'b'] } },
    });
    await using desk = await openDesk(crew, { a: [answer('A'), answer('A2')], b: [answer('B')], end: [answer('E')] });
    const run = await desk.startAndSettle();
    const [a, b] = await desk.open(run);
    expect([a?.blocks, b?.blocks]).toEqual([['end'], ['end']]);
    await desk.approve(b!);
    await desk.reject(a!, 'again');
    expect(await desk.settled(run)).toMatchObject({
      status: 'held',
      tasks: { a: 'held', b: 'completed', end: 'waiting' },
    });
    await desk.approve(await desk.only(run));
    expect(await desk.settled(run)).toMatchObject({ status: 'completed', outputs: { a: 'A2', b: 'B', end: 'E' } });
  });

  test('a failed task ends the run; other open holds are cancelled, and a decision on them is told so', async () => {
    const crew = defineCrew({
      name: 'fails',
      agents,
      tasks: {
        a: { ...task, context: [], confirm: 'after' },
        b: { ...task, context: [], confirm: 'after', onReject: 'fail' },
      },
    });
    await using desk = await openDesk(crew, { a: [answer('A')], b: [answer('B')] });
    const run = await desk.startAndSettle();
    const [a, b] = await desk.open(run);
    await desk.reject(b!, 'no');
    expect(await desk.settled(run)).toMatchObject({
      status: 'failed',
      tasks: { a: 'skipped', b: 'failed' },
      error: { code: 'TASK_REJECTED' },
    });
    await expect(desk.approve(a!)).rejects.toMatchObject({
      code: 'HOLD_ALREADY_DECIDED',
      details: { status: 'cancelled' },
    });
  });

  test('data with keys that plain objects answer to does no harm', async () => {
    const crew = defineCrew({
      name: 'odd',
      inputs: z.strictObject({ given: z.record(z.string(), z.unknown()) }),
      agents,
      tasks: {
        first: { ...task, description: 'Work on {given}', output: z.record(z.string(), z.unknown()), confirm: 'after' },
        second: { ...task, description: ({ outputs }) => `More of ${JSON.stringify(outputs.first)}` },
      },
    });
    const odd = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "hasOwnProperty": "x", "toJSON": "y"}');
    await using desk = await openDesk(crew, { first: [answer(odd)], second: [answer('end')] });
    const run = await desk.startAndSettle({ given: odd });
    await desk.approve(await desk.only(run));
    expect(await desk.settled(run)).toMatchObject({ status: 'completed', outputs: { second: 'end' } });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(JSON.stringify(desk.model.requests[1])).toContain('hasOwnProperty');
  });
});
