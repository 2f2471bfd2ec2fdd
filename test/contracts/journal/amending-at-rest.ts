import { describe, expect, test } from 'vitest';
import { holdIdOf, type RunId } from '../../../src/ids.ts';
import type { AmendView, AtRest, Request } from '../../../src/journal/journal.ts';
import { verifyChain } from '../../../src/journal/verify.ts';
import { AT, amendmentOf, appendOf, holdOf, proposed, summaryOf } from '../../support/sample-journal.ts';
import { journalDesk, type OpenJournal, run } from './journal-desk.ts';

const HOLD = holdIdOf(run, 1);
const resting = summaryOf(run, { status: 'held', openHolds: [HOLD] });

/** What somebody takes a run to be that rests, and writes on. */
export function amendingAtRest(name: string, open: OpenJournal): void {
  const desk = journalDesk(open);

  /** A run that rests with one open hold, and how it stands. */
  async function restingRun(id: RunId = run): Promise<AtRest> {
    const head = await desk.begin(id, { holds: [holdOf(id)] });
    expect(await desk.journal.rest(id, 1, head.hash, resting)).toBe(true);
    return {
      run: { summary: resting, head, fingerprint: 'f1', owner: null, epoch: 1, wake: false },
      holds: [holdOf(id)],
    };
  }

  /** Approves the hold and takes the run, on what `known` says, if it says anything. `seen`: on what it was decided. */
  function approve(known: AtRest | null, { by = 'user:ben', asked = null as Request | null } = {}) {
    const seen: AmendView[] = [];
    const decided = desk.journal.amend(
      run,
      asked,
      (view) => {
        seen.push(view);
        const hold = view.hold(HOLD);
        if (hold?.status !== 'open') throw new Error(`decided by ${hold?.decidedBy}`);
        const approved = { ...hold, status: 'approved' as const, closedAt: AT, decidedBy: [by] };
        return amendmentOf(run, view.head, { holds: [approved], wake: true, takeFor: 'node_b' });
      },
      known && (() => known),
    );
    return { decided, seen };
  }

  describe(`${name}: amending a run at rest`, () => {
    test('that stands as it is known: it is written, and taken with the next epoch', async () => {
      const known = await restingRun();
      const { decided, seen } = approve(known);
      expect(await decided).toMatchObject({ answer: { recordedSeq: 2 }, epoch: 2 });
      expect(seen).toHaveLength(1);
      expect(seen[0]).toMatchObject({ head: known.run.head, run: known.run });
      expect(await desk.journal.hold(HOLD)).toMatchObject({ status: 'approved', decidedBy: ['user:ben'] });
      expect(await desk.journal.run(run)).toMatchObject({ owner: 'node_b', epoch: 2, wake: true, head: { seq: 2 } });
      expect(verifyChain(await desk.journal.read(run))).toMatchObject({ ok: true, count: 2 });
    });

    const OTHERWISE: [string, (known: AtRest) => Promise<AtRest>][] = [
      [
        'has gone on',
        async (known) => {
          await desk.journal.amend(run, null, ({ head }) => amendmentOf(run, head));
          return known;
        },
      ],
      ['had another owner meanwhile', async (known) => ({ ...known, run: { ...known.run, epoch: 7 } })],
      [
        'has other events',
        async (known) => ({ ...known, run: { ...known.run, head: { ...known.run.head, hash: 'f'.repeat(64) } } }),
      ],
      [
        'has work to do',
        async (known) => {
          await desk.journal.amend(run, null, ({ head }) => amendmentOf(run, head, { wake: true }));
          return { ...known, run: { ...known.run, head: await desk.journal.head(run) } };
        },
      ],
    ];
    test.each(OTHERWISE)('that %s: it is decided on what is there', async (_, change) => {
      const known = await change(await restingRun());
      const head = await desk.journal.head(run);
      const { decided, seen } = approve(known);
      expect(await decided).toMatchObject({ answer: { recordedSeq: head.seq + 1 } });
      expect(seen.at(-1)).toMatchObject({ head, run: { epoch: 1 } });
      expect(await desk.journal.read(run)).toHaveLength(head.seq + 1);
      expect(verifyChain(await desk.journal.read(run))).toMatchObject({ ok: true });
    });

    test('that is somebody else’s by now: it is not taken from them', async () => {
      const known = await restingRun();
      const taken = await approve(null).decided;
      expect(taken.epoch).toBe(2);
      const { decided } = approve(known, { by: 'user:cy' });
      await expect(decided).rejects.toThrow('decided by user:ben');
      const head = await desk.journal.head(run);
      await desk.journal.append(appendOf(run, { head, epoch: 2, owner: 'node_b', drafts: [proposed('x')] }).batch);
      expect(await desk.journal.run(run)).toMatchObject({ owner: 'node_b', epoch: 2 });
    });

    test('by two at once: one wins, and the other is told who', async () => {
      const known = await restingRun();
      const both = await Promise.allSettled([
        approve(known, { by: 'user:ben' }).decided,
        approve(known, { by: 'user:cy' }).decided,
      ]);
      expect(both.map((one) => (one.status === 'rejected' ? String(one.reason) : 'won'))).toEqual([
        'won',
        'Error: decided by user:ben',
      ]);
      expect(await desk.journal.read(run)).toHaveLength(2);
    });

    test('by a message that counted before: its answer is given again, and nothing is written', async () => {
      const asked = { by: 'user:ben', id: 'r1', content: 'c1' };
      const first = await approve(await restingRun(), { asked }).decided;
      // On a hold that seems open still, at the head that is there.
      const head = await desk.journal.head(run);
      const known: AtRest = {
        run: { summary: resting, head, fingerprint: 'f1', owner: null, epoch: 1, wake: false },
        holds: [holdOf(run)],
      };
      const again = approve(known, { asked });
      expect(await again.decided).toEqual({ answer: first.answer, events: [] });
      const reused = approve(null, { asked: { ...asked, content: 'c2' } });
      await expect(reused.decided).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED' });
      expect(await desk.journal.read(run)).toHaveLength(2);
    });
  });
}
