import { describe, expect, test } from 'vitest';
import { holdIdOf } from '../../../src/ids.ts';
import type { Head } from '../../../src/journal/envelope.ts';
import type { Request } from '../../../src/journal/journal.ts';
import { verifyChain } from '../../../src/journal/verify.ts';
import { AT, amendmentOf, appendOf, holdOf, OWNER, proposed, runId } from '../../support/sample-journal.ts';
import { journalDesk, type OpenJournal, run } from './journal-desk.ts';

/** What a write by somebody else than the owner promises. */
export function amending(name: string, open: OpenJournal): void {
  const desk = journalDesk(open);

  describe(`${name}: amending`, () => {
    test('shows the run, its head and its holds, and writes what was decided', async () => {
      const head = await desk.begin(run, { holds: [holdOf(run)] });
      const decided = holdOf(run, 1, { status: 'approved', closedAt: AT });
      const { answer, events } = await desk.journal.amend(run, null, (view) => {
        expect(view.head).toEqual(head);
        expect(view.run).toMatchObject({ epoch: 1, owner: OWNER, summary: { crew: 'desk' } });
        expect(view.hold(holdIdOf(run, 1))).toEqual(holdOf(run));
        expect(view.hold(holdIdOf(run, 2))).toBeNull();
        return amendmentOf(run, view.head, { holds: [decided], status: 'held' });
      });
      expect(answer).toEqual({ recordedSeq: 2 });
      expect(await desk.journal.read(run, { after: 1 })).toEqual(events);
      expect(await desk.journal.hold(holdIdOf(run, 1))).toEqual(decided);
      expect(await desk.journal.run(run)).toMatchObject({
        summary: { status: 'held' },
        head: { seq: 2, hash: events[0]?.hash },
      });
    });

    test('shows no hold of another run', async () => {
      await desk.begin(run);
      await desk.begin(runId('two'), { holds: [holdOf(runId('two'))] });
      await desk.journal.amend(run, null, (view) => {
        expect(view.hold(holdIdOf(runId('two'), 1))).toBeNull();
        return amendmentOf(run, view.head);
      });
    });

    test('an owner that appends while others amend is told so, and nothing is lost', async () => {
      const head = await desk.begin();
      const amended = desk.journal.amend(run, null, (view) => amendmentOf(run, view.head));
      const append = desk.journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
      await amended;
      await expect(append).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
      const now = await desk.journal.head(run);
      await desk.journal.append(appendOf(run, { head: now, drafts: [proposed('x')] }).batch);
      expect((await desk.journal.read(run)).map(({ type }) => type)).toEqual([
        'run.started',
        'hold.commented',
        'task.proposed',
      ]);
      expect(verifyChain(await desk.journal.read(run))).toMatchObject({ ok: true, count: 3 });
    });

    test('amendments made at once are decided one after the other, each on what the one before left', async () => {
      await desk.begin(run, { holds: [holdOf(run)] });
      const decide = (by: string) =>
        desk.journal.amend(run, null, (view) => {
          const hold = view.hold(holdIdOf(run, 1));
          if (hold?.status !== 'open') throw new Error(`decided by ${hold?.decidedBy}`);
          return amendmentOf(run, view.head, { holds: [{ ...hold, status: 'approved', decidedBy: [by] }] });
        });
      const results = await Promise.allSettled([decide('ana'), decide('ben'), decide('cy')]);
      expect(results.map((result) => (result.status === 'rejected' ? String(result.reason) : 'won'))).toEqual([
        'won',
        'Error: decided by ana',
        'Error: decided by ana',
      ]);
      expect(await desk.journal.read(run)).toHaveLength(2);
    });

    test('whatever decide throws comes out, and everything stays as it was', async () => {
      const head = await desk.begin(run, { holds: [holdOf(run)] });
      const other = desk.journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
      const failed = desk.journal.amend(run, request('r1'), () => {
        throw new TypeError('no');
      });
      await expect(failed).rejects.toThrow(TypeError);
      await other;
      expect(await desk.journal.read(run)).toHaveLength(2);
      expect(await desk.journal.answered(request('r1'))).toBeNull();
    });

    test('an amendment that does not attach to the head is refused whole', async () => {
      const head = await desk.begin();
      const wrong: Head = { ...head, seq: 7 };
      const amended = desk.journal.amend(run, request('r1'), () =>
        amendmentOf(run, wrong, { holds: [holdOf(run)], wake: true }),
      );
      await expect(amended).rejects.toMatchObject({ code: 'INTERNAL' });
      expect(await desk.journal.read(run)).toHaveLength(1);
      expect(await desk.journal.hold(holdIdOf(run, 1))).toBeNull();
      expect(await desk.journal.answered(request('r1'))).toBeNull();
    });

    test('a run that does not exist cannot be amended', async () => {
      const amended = desk.journal.amend(run, null, (view) => amendmentOf(run, view.head));
      await expect(amended).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    });
  });
}

function request(id: string): Request {
  return { by: 'user:ana', id, content: 'c1' };
}
