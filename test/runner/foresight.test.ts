import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { RunId } from '../../src/ids.ts';
import { defineCrew, defineTool } from '../../src/index.ts';
import type { JournalEvent } from '../../src/journal/envelope.ts';
import type { AtRest, Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { call } from '../../src/testing.ts';
import { answer, type Desk, openDesk, person } from '../support/desk.ts';

const agents = { a: { role: 'A', goal: 'A' } };
const crew = defineCrew({
  name: 'foreseen',
  agents,
  tasks: {
    first: { agent: 'a', context: [], description: 'First', confirm: 'after' },
    next: { agent: 'a', context: ['first'], description: 'Next', confirm: 'after' },
  },
});
const answers = { first: [answer('one')], next: [answer('two')] };

/** A journal that tells of every write; `before` comes in between a decision and its transaction. */
function watching(journal: Journal, before: (runId: RunId) => Promise<void> = async () => undefined) {
  const writes: string[] = [];
  const reads: string[] = [];
  /** How runs at rest were said to stand, and what the journal said of each by then. */
  const known: { readonly said: AtRest | null; readonly stands: AtRest }[] = [];
  const note = (events: readonly JournalEvent[]) => writes.push(events.map(({ type }) => type).join(' '));
  const append: Journal['append'] = async (batch) => {
    await journal.append(batch);
    note(batch.events);
  };
  const amend: Journal['amend'] = async (runId, request, decide, given) => {
    const run = (await journal.run(runId)) as AtRest['run'];
    const holds = (await journal.holds({ runId, status: 'open' })).items;
    known.push({ said: given?.() ?? null, stands: { run, holds } });
    await before(runId);
    const amended = await journal.amend(runId, request, decide, given);
    note(amended.events);
    return amended;
  };
  const get = (target: Journal, name: string | symbol): unknown => {
    if (name === 'append') return append;
    if (name === 'amend') return amend;
    const member: unknown = Reflect.get(target, name, target);
    if (typeof member !== 'function') return member;
    return (...given: unknown[]) => {
      reads.push(String(name));
      return member.apply(target, given) as unknown;
    };
  };
  return { journal: new Proxy(journal, { get }), writes, reads, known };
}

/** Until nobody drives the run any more. */
async function resting(desk: Desk, run: RunId): Promise<void> {
  await desk.settled(run);
  await expect.poll(async () => (await desk.journal.run(run))?.owner).toBeNull();
}

describe('what follows from a decision', () => {
  test('needs no look at the journal where the run is remembered as it is', async () => {
    const { journal, reads, writes } = watching(memoryJournal());
    await using desk = await openDesk(crew, answers, { journal });
    const run = await desk.start();
    await resting(desk, run);
    const hold = await desk.only(run);
    reads.length = 0;
    writes.length = 0;
    await desk.approve(hold);
    expect(writes[0]).toBe('hold.decided task.completed task.started');
    expect(reads.slice(0, reads.indexOf('amend'))).not.toContain('hold');
    expect(reads.slice(0, reads.indexOf('amend'))).not.toContain('read');
  });

  test('is told with how the run stands, as the journal has it, so that a store far away need not be read', async () => {
    const { journal, known } = watching(memoryJournal());
    await using desk = await openDesk(crew, answers, { journal });
    const run = await desk.start();
    for (const _ of ['first', 'next']) {
      await resting(desk, run);
      const hold = await desk.only(run);
      await desk.approve(hold);
      const last = known.at(-1) ?? expect.unreachable();
      expect(last.stands.holds).toEqual([expect.objectContaining({ id: hold.id })]);
      expect(last.said).toEqual(last.stands);
    }
    expect(known).toHaveLength(2);
  });

  test('is not, where the hold has a deadline: the store’s clock judges that', async () => {
    const { journal, known } = watching(memoryJournal());
    const soon = defineCrew({
      name: 'soon',
      agents,
      review: { dueIn: '1h' },
      tasks: { first: { agent: 'a', description: 'F', confirm: 'after' } },
    });
    await using desk = await openDesk(soon, { first: [answer('one')] }, { journal });
    const run = await desk.start();
    await resting(desk, run);
    await desk.approve(await desk.only(run));
    expect(known).toMatchObject([{ said: null }]);
  });

  test('follows in the same write where somebody here claimed the hold or said something before', async () => {
    const { journal, reads, writes } = watching(memoryJournal());
    await using desk = await openDesk(crew, answers, { journal });
    const run = await desk.start();
    await resting(desk, run);
    const hold = await desk.only(run);
    await desk.engine.comment(hold.id, 'Look at this.', { actor: person('ben') });
    reads.length = 0;
    writes.length = 0;
    await desk.approve(hold);
    expect(writes[0]).toBe('hold.decided task.completed task.started');
    expect(reads).toContain('read');
    expect(reads).not.toContain('hold');
  });

  test('is not taken from memory where another process appended: the lock judges what is there now', async () => {
    const { journal, writes } = watching(memoryJournal());
    await using desk = await openDesk(crew, { ...answers, first: [answer('one'), answer('one')] }, { journal });
    const [commented, decided] = [await desk.start(), await desk.start()];
    for (const run of [commented, decided]) await resting(desk, run);
    const [first, second] = [await desk.only(commented), await desk.only(decided)];
    // As another node would: this one hears nothing of it.
    await using other = await openDesk(crew, {}, { journal });
    await other.engine.comment(first.id, 'Look at this.', { actor: person('ben') });
    await other.reject(second);
    writes.length = 0;
    expect((await desk.approve(first)).hold).toMatchObject({
      status: 'approved',
      comments: [{ text: 'Look at this.' }],
    });
    expect(writes).toContain('hold.decided');
    await expect(other.reject(first)).rejects.toMatchObject({ code: 'HOLD_ALREADY_DECIDED' });
    await expect(desk.approve(second)).rejects.toMatchObject({
      code: 'HOLD_ALREADY_DECIDED',
      details: { verdict: 'reject' },
    });
  });

  test('is refused by the journal alone: what memory would refuse is judged anew', async () => {
    const pair = defineCrew({
      name: 'pair',
      agents,
      tasks: {
        left: { agent: 'a', context: [], description: 'Left', confirm: 'after' },
        right: { agent: 'a', context: [], description: 'Right', confirm: 'after' },
      },
    });
    const journal = memoryJournal();
    await using desk = await openDesk(pair, { left: [answer('one')], right: [answer('two')] }, { journal });
    await using other = await openDesk(pair, {}, { journal });
    const run = await desk.start();
    await resting(desk, run);
    const [left, right] = await desk.open(run);
    await desk.engine.claim(left!.id, {}, { actor: person('user:ben') });
    await desk.approve(right!);
    await resting(desk, run);
    // The run is remembered with ben's claim, which he gives up at another node.
    await other.engine.release(left!.id, { actor: person('user:ben') });
    expect((await desk.approve(left!, 'user:zoe')).hold.status).toBe('approved');
  });

  test('is recorded in the same write, at the same time, and answered with the place of the decision', async () => {
    const { journal, writes } = watching(memoryJournal());
    await using desk = await openDesk(crew, answers, { journal });
    const run = await desk.start();
    await resting(desk, run);
    writes.length = 0;
    const hold = await desk.only(run);
    const { recordedSeq, hold: decided } = await desk.approve(hold);
    await desk.settled(run);
    expect(writes[0]).toBe('hold.decided task.completed task.started');
    expect(decided).toMatchObject({ id: hold.id, status: 'approved' });
    const events = await desk.events(run);
    expect(events[recordedSeq - 1]).toMatchObject({ type: 'hold.decided', seq: recordedSeq });
    expect(events[recordedSeq]?.at).toBe(events[recordedSeq - 1]?.at);
    expect(desk.model.requests).toHaveLength(2);
  });

  test('is derived anew where something came between', async () => {
    const store = memoryJournal();
    let comment: (() => Promise<unknown>) | null = null;
    const { journal, writes } = watching(store, async () => {
      const now = comment;
      comment = null;
      await now?.();
    });
    await using desk = await openDesk(crew, answers, { journal });
    const run = await desk.start();
    await resting(desk, run);
    writes.length = 0;
    const hold = await desk.only(run);
    comment = () => desk.engine.comment(hold.id, 'One moment.', { actor: person('user:zoe') });
    await desk.approve(hold);
    await desk.settled(run);
    expect(writes.slice(0, 3)).toEqual(['hold.commented', 'hold.decided', 'task.completed task.started']);
  });

  test('is not recorded with it where an action begins: a crash between the two leaves nothing in doubt', async () => {
    const pay = defineTool({
      name: 'pay',
      description: 'Pay.',
      input: z.strictObject({}),
      tier: 'approval',
      execute: () => 'paid',
    });
    const till = defineCrew({
      name: 'till',
      agents: { a: { ...agents.a, tools: [pay] } },
      tasks: { t: { agent: 'a', description: 'T' } },
    });
    const { journal, writes } = watching(memoryJournal());
    await using desk = await openDesk(till, [call('pay', {}), answer('done')], { journal });
    const run = await desk.start();
    await resting(desk, run);
    writes.length = 0;
    await desk.approve(await desk.only(run));
    await desk.settled(run);
    expect(writes.slice(0, 2)).toEqual(['hold.decided', 'action.started']);
  });

  test('does not keep the decision waiting for a function that takes its time, which is not asked early again', async () => {
    const asked: string[] = [];
    const slow = defineCrew({
      name: 'slow',
      agents,
      tasks: {
        first: { agent: 'a', context: [], description: 'First', confirm: 'after' },
        next: {
          agent: 'a',
          context: ['first'],
          description: 'Next',
          confirm: {
            before: {
              when: async () => {
                asked.push('next');
                await nextTurn();
                await nextTurn();
                return true;
              },
            },
          },
        },
      },
    });
    const { journal, writes } = watching(memoryJournal());
    await using desk = await openDesk(slow, { first: [answer('one'), answer('one')] }, { journal });
    const runs = [await desk.start(), await desk.start()];
    for (const run of runs) await resting(desk, run);
    writes.length = 0;
    for (const [index, run] of runs.entries()) {
      asked.length = 0;
      await desk.approve(await desk.only(run));
      await desk.settled(run);
      expect(writes.splice(0)[0]).toBe('hold.decided');
      expect(await desk.only(run)).toMatchObject({ kind: 'before', task: 'next' });
      // The first time it was found out; from then on the crew is asked where it is driven.
      expect(asked).toHaveLength(index === 0 ? 2 : 1);
    }
  });
});
