import { expect, test } from 'vitest';
import { z } from 'zod';
import { scriptedModel } from '../../src/agents/scripted-model.ts';
import type { RunId } from '../../src/ids.ts';
import { defineCrew, defineTool, openHoldpoint } from '../../src/index.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { call, calls } from '../../src/testing.ts';
import { answer, deferred, openDesk, person } from '../support/desk.ts';

const amount = z.strictObject({ usd: z.number() });

/** A tool that is asked for approval above 20, and remembers under which keys it ran. */
function refundTool(ran: string[], wait: () => Promise<void> = async () => {}) {
  return defineTool({
    name: 'refund',
    description: 'Refund',
    input: amount,
    tier: ({ usd }) => (usd <= 20 ? 'supervised' : 'approval'),
    execute: async ({ usd }, { idempotencyKey }) => {
      ran.push(idempotencyKey);
      await wait();
      return `refunded ${usd}`;
    },
    undo: () => {},
  });
}

function desk(tool: ReturnType<typeof refundTool>, goal = 'Pay') {
  return defineCrew({
    name: 'desk',
    review: { dueIn: '4h' },
    agents: { clerk: { role: 'Clerk', goal, tools: [tool] } },
    tasks: {
      assess: { agent: 'clerk', description: 'Assess', tools: [], confirm: 'after' },
      pay: { agent: 'clerk', description: 'Pay' },
    },
  });
}

const by = { actor: person('user:fay') };

test('a fork keeps what was done, opens the open hold again, and goes its own way', async () => {
  const ran: string[] = [];
  const script = [answer('pay it'), call('refund', { usd: 50 }), answer('paid'), answer('not paid')];
  await using d = await openDesk(desk(refundTool(ran)), script);
  const id = await d.startAndSettle();
  await d.approve(await d.only(id));
  await d.settled(id);
  const seq = (await d.engine.run(id)).lastSeq;
  const fork = await d.engine.fork(id, seq, by);
  expect(fork).toMatchObject({ status: 'held', requestedBy: 'user:rita', tasks: { assess: 'completed', pay: 'held' } });
  expect(d.model.requests).toHaveLength(2);

  const [held, again] = [await d.only(id), await d.only(fork.id)];
  expect(again.id).not.toBe(held.id);
  expect(again.digest).not.toBe(held.digest);
  expect(again.proposal).toEqual(held.proposal);
  await expect(d.decide(again, { verdict: 'approve', digest: held.digest })).rejects.toMatchObject({
    code: 'HOLD_STALE',
  });

  await d.approve(held);
  expect((await d.settled(id)).status).toBe('completed');
  expect((await d.engine.run(fork.id)).status).toBe('held');
  await d.reject(again, 'too much');
  expect((await d.settled(fork.id)).status).toBe('completed');
  expect((await d.engine.run(fork.id)).outputs).toEqual({ assess: 'pay it', pay: 'not paid' });
  expect(ran).toHaveLength(1);
  expect(await d.eventsOfType(id, 'run.forked')).toMatchObject([{ by: 'user:fay', data: { to: fork.id, seq } }]);
  expect((await d.eventsOfType(fork.id, 'run.started'))[0]).toMatchObject({
    by: 'user:fay',
    data: { forkedFrom: { runId: id, seq } },
  });
  await d.check(fork.id);
});

test('an approval that nothing followed on is not spent in the fork: the hold opens again, from now on', async () => {
  const ran: string[] = [];
  const script = [answer('pay it'), call('refund', { usd: 50 }), answer('paid'), answer('paid twice')];
  await using d = await openDesk(desk(refundTool(ran)), script);
  const id = await d.startAndSettle();
  await d.approve(await d.only(id));
  await d.settled(id);
  const hold = await d.only(id);
  const { recordedSeq } = await d.approve(hold);
  await d.settled(id);
  const fork = await d.engine.fork(id, recordedSeq, by);
  const again = await d.only(fork.id);
  expect(again).toMatchObject({ status: 'open', votes: [], history: [], kind: 'action' });
  expect(Date.parse(again.dueAt!)).toBeGreaterThanOrEqual(Date.parse(again.openedAt) + 4 * 3_600_000);
  expect(ran).toHaveLength(1);
  await d.approve(again, 'user:ben');
  await d.settled(fork.id);
  expect(ran).toHaveLength(2);
  expect(ran[1]).toMatch(new RegExp(`^${fork.id}:`));
});

test('an action that was under way is in doubt in the fork: a person is asked, and nothing runs by itself', async () => {
  const ran: string[] = [];
  const { promise, resolve } = deferred();
  const script = [answer('pay it'), call('refund', { usd: 5 }), answer('paid'), answer('paid once')];
  await using d = await openDesk(desk(refundTool(ran, () => promise)), script);
  const id = await d.startAndSettle();
  await d.approve(await d.only(id));
  await expect.poll(() => ran.length).toBe(1);
  const [started] = await d.eventsOfType(id, 'action.started');
  resolve();
  await d.settled(id);
  const fork = await d.engine.fork(id, started!.seq, by);
  await d.settled(fork.id);
  const hold = await d.only(fork.id);
  expect(hold).toMatchObject({ kind: 'escalation', reasons: [{ code: 'outcome-unknown' }] });
  expect(hold.proposal).toMatchObject({ output: 'refunded 5', input: { usd: 5 } });
  await d.respond(hold, { choice: 'use' });
  expect((await d.settled(fork.id)).outputs).toMatchObject({ pay: 'paid once' });
  expect(ran).toHaveLength(1);
});

test('what is taken over is undone in the run that did it, not in the fork', async () => {
  const script = [answer('pay it'), call('refund', { usd: 5 }), answer('paid'), answer('paid')];
  await using d = await openDesk(desk(refundTool([])), script);
  const id = await d.startAndSettle();
  await d.approve(await d.only(id));
  await d.settled(id);
  const [done] = await d.eventsOfType(id, 'action.succeeded');
  const fork = await d.engine.fork(id, done!.seq, by);
  await d.settled(fork.id);
  const [action] = (await d.engine.stateAt(fork.id)).actions;
  expect(action).toMatchObject({ state: 'succeeded', output: 'refunded 5', undoUntil: null });
  await expect(d.engine.undo(fork.id, action!.id as never, 'oops', by)).rejects.toMatchObject({
    code: 'UNDO_NOT_POSSIBLE',
  });
  await d.engine.undo(id, done!.data.actionId, 'oops', by);
});

test('who forked a run is not somebody else than who started it', async () => {
  const crew = defineCrew({
    name: 'four-eyes',
    review: { notRequester: true },
    agents: { a: { role: 'A', goal: 'A' } },
    tasks: { t: { agent: 'a', description: 'T', confirm: 'after' } },
  });
  await using d = await openDesk(crew, [answer('x')]);
  const id = await d.startAndSettle();
  const fork = await d.engine.fork(id, (await d.engine.run(id)).lastSeq, by);
  const hold = await d.only(fork.id);
  for (const user of ['user:rita', 'user:fay'])
    await expect(d.approve(hold, user)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await d.approve(hold, 'user:ana');
  expect((await d.settled(fork.id)).status).toBe('completed');
});

test('refuses where there is nothing to go on with, and says where there is', async () => {
  await using d = await openDesk(desk(refundTool([])), [answer('pay it'), answer('nothing to pay')]);
  const id = await d.startAndSettle();
  await d.approve(await d.only(id));
  const { lastSeq } = await d.settled(id);
  const refused = (seq: number) =>
    d.engine.fork(id, seq, by).then(
      () => null,
      (error) => error,
    );
  expect(await refused(lastSeq)).toMatchObject({
    code: 'FORK_NOT_POSSIBLE',
    details: { before: lastSeq - 1, after: null },
  });
  expect(await refused(lastSeq + 1)).toMatchObject({ code: 'FORK_NOT_POSSIBLE' });
  expect(await refused(0)).toMatchObject({ code: 'FORK_NOT_POSSIBLE' });
  // From JavaScript.
  const named = expect.stringMatching(/Name one by its number, such as \d+\.$/);
  expect(await refused('x' as unknown as number)).toMatchObject({ code: 'FORK_NOT_POSSIBLE', message: named });
  await expect(d.engine.fork('run_none' as RunId, 1, by)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  expect((await d.engine.runs({})).items).toHaveLength(1);
});

test('what was recorded in one step is not cut in two', async () => {
  const two = calls([
    ['refund', { usd: 50 }],
    ['refund', { usd: 60 }],
  ]);
  await using d = await openDesk(desk(refundTool([])), [answer('pay it'), two]);
  const id = await d.startAndSettle();
  await d.approve(await d.only(id));
  await d.settled(id);
  const [first, second] = await d.eventsOfType(id, 'action.proposed');
  await expect(d.engine.fork(id, first!.seq, by)).rejects.toMatchObject({
    code: 'FORK_NOT_POSSIBLE',
    message: expect.stringContaining('in one step'),
    details: { before: first!.seq - 1, after: second!.seq },
  });
  const fork = await d.engine.fork(id, second!.seq, by);
  await d.settled(fork.id);
  expect(await d.open(fork.id)).toHaveLength(2);
});

test('is not forked into a crew that changed', async () => {
  const journal = memoryJournal();
  const before = await openDesk(desk(refundTool([])), [answer('pay it')], { journal });
  const id = await before.startAndSettle();
  await before.engine.close();
  await using d = await openDesk(desk(refundTool([]), 'Save'), [], { journal, unrepeatable: true });
  await expect(d.engine.fork(id, 2, by)).rejects.toMatchObject({
    code: 'CREW_CHANGED',
    details: { changes: [expect.stringContaining('Save')] },
  });
});

test('a request to fork counts once', async () => {
  await using d = await openDesk(desk(refundTool([])), [answer('pay it')]);
  const id = await d.startAndSettle();
  const { lastSeq } = await d.engine.run(id);
  const request = { id: 'r1', content: 'x' };
  const [first, second] = await Promise.all([
    d.engine.fork(id, lastSeq, { ...by, request }),
    d.engine.fork(id, lastSeq, { ...by, request }),
  ]);
  expect(second.id).toBe(first.id);
  expect((await d.engine.runs({})).items).toHaveLength(2);
  expect(await d.eventsOfType(id, 'run.forked')).toHaveLength(1);
});

test('a fork of the start alone asks the beforeRun hook, as a start does', async () => {
  const crew = defineCrew({
    name: 'hooked',
    agents: { a: { role: 'A', goal: 'A' } },
    tasks: { t: { agent: 'a', description: 'T' } },
    hooks: { beforeRun: () => ({ type: 'hold', reason: 'look first' }) },
  });
  await using d = await openDesk(crew, []);
  const id = await d.startAndSettle();
  const fork = await d.engine.fork(id, 1, by);
  expect(fork.status).toBe('held');
  expect(await d.only(fork.id)).toMatchObject({ kind: 'run' });
  await d.check(fork.id);
});

test('from code: a run is forked, and the fork is a run like any other', async () => {
  const model = scriptedModel([answer('pay it'), answer('nothing to pay'), answer('nothing, again')]);
  await using holdpoint = await openHoldpoint({ crews: [desk(refundTool([]))], database: memoryJournal(), model });
  const run = await holdpoint.start('desk', {});
  const { lastSeq, openHolds } = await run.settled();
  const fork = await run.fork(lastSeq);
  for (const holdId of [openHolds[0]!, (await fork.settled()).openHolds[0]!]) {
    const { digest } = await holdpoint.holds.get(holdId);
    await holdpoint.decide({ holdId, digest, verdict: 'approve', by: 'user:ana' });
  }
  expect((await run.outcome()).status).toBe('completed');
  expect((await fork.outcome()).status).toBe('completed');
});
