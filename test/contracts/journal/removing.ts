import { describe, expect, test } from 'vitest';
import { holdIdOf, type RunId } from '../../../src/ids.ts';
import type { Request } from '../../../src/journal/journal.ts';
import { lift } from '../../../src/journal/payloads.ts';
import { verifyChain } from '../../../src/journal/verify.ts';
import {
  AT,
  amendmentOf,
  appendOf,
  holdOf,
  proposed,
  runId,
  started,
  summaryOf,
} from '../../support/sample-journal.ts';
import { journalDesk, type OpenJournal, run } from './journal-desk.ts';

/** What is erased or removed for good. */
export function removing(name: string, open: OpenJournal): void {
  const desk = journalDesk(open);

  describe(`${name}: erasing and removing`, () => {
    const ended = { status: 'completed', endedAt: AT } as const;
    const big = 'y'.repeat(300_000);

    /** Two runs with a large value, a hold and an answered request each. */
    async function two(): Promise<RunId> {
      const other = runId('other');
      for (const id of [run, other]) {
        const { data, payloads } = lift(proposed(big).data);
        const drafts = [started(), proposed('kept'), { ...proposed(''), data } as ReturnType<typeof proposed>];
        const { batch, head } = appendOf(id, {
          drafts,
          payloads,
          holds: [holdOf(id, 1), holdOf(id, 2, { task: 'pay' })],
        });
        await desk.journal.append(batch);
        const request: Request = { by: 'user:ana', id, content: 'c' };
        await desk.journal.amend(id, request, () => ({
          ...amendmentOf(id, head),
          answer: { recordedSeq: 4, about: id } as never,
        }));
        await desk.journal.rest(id, 1, await desk.hashOf(id), summaryOf(id, { ...ended, lastSeq: 4 }));
      }
      return other;
    }

    test('an erasure takes content, values, holds and answers, and leaves a chain that verifies', async () => {
      const other = await two();
      await desk.journal.erase(run, {
        ...{ seq: 4, seqs: [1, 3], tasks: ['assess'] },
        summary: summaryOf(run, { ...ended, lastSeq: 4 }),
      });
      const events = await desk.journal.read(run);
      expect(events.map(({ data, salt }) => [data !== undefined, salt !== undefined])).toEqual([
        [false, false],
        [true, true],
        [false, false],
        [true, true],
      ]);
      expect(await desk.journal.payloads(run)).toEqual([]);
      expect(verifyChain(events, { payloads: [] })).toMatchObject({ ok: true, count: 4, head: events.at(-1)?.hash });
      expect(await desk.journal.hold(holdIdOf(run, 1))).toBeNull();
      expect(await desk.journal.hold(holdIdOf(run, 2))).toMatchObject({ task: 'pay' });
      expect((await desk.journal.run(run))?.summary).toMatchObject(ended);
      expect(await desk.journal.answered({ by: 'user:ana', id: run, content: 'c' })).toBeNull();
      await desk.journal.erase(run, { seq: 4, seqs: [2], tasks: null, summary: summaryOf(run, ended) });
      expect(await desk.journal.hold(holdIdOf(run, 2))).toBeNull();

      expect(await desk.journal.payloads(other)).toHaveLength(1);
      expect((await desk.journal.read(other)).every(({ data }) => data !== undefined)).toBe(true);
      expect(await desk.journal.hold(holdIdOf(other, 1))).not.toBeNull();
      expect(await desk.journal.answered({ by: 'user:ana', id: other, content: 'c' })).not.toBeNull();
      const none = desk.journal.erase(runId('none'), { seq: 4, seqs: [1], tasks: null, summary: summaryOf(run) });
      await expect(none).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    });

    test('a removed run is gone with all that belongs to it, and no other', async () => {
      const other = await two();
      expect(await desk.journal.remove(run, 4)).toBe(true);
      expect(await desk.journal.remove(run, 4)).toBe(false);
      expect(await desk.journal.run(run)).toBeNull();
      expect(await desk.journal.read(run)).toEqual([]);
      expect(await desk.journal.payloads(run)).toEqual([]);
      expect((await desk.journal.holds({})).items.map(({ id }) => id)).toEqual([
        holdIdOf(other, 2),
        holdIdOf(other, 1),
      ]);
      expect((await desk.journal.runs({})).items.map(({ id }) => id)).toEqual([other]);
      expect(await desk.journal.answered({ by: 'user:ana', id: run, content: 'c' })).toBeNull();
      expect(verifyChain(await desk.journal.read(other), { payloads: await desk.journal.payloads(other) }).ok).toBe(
        true,
      );
    });

    test('a run that moved on since it was read, or has work to do, is neither erased nor removed', async () => {
      await two();
      const whole = async () => [
        await desk.journal.read(run),
        await desk.journal.payloads(run),
        await desk.journal.run(run),
      ];
      const refused = async (seq: number) => {
        const before = await whole();
        const erasing = desk.journal.erase(run, { seq, seqs: [1], tasks: null, summary: summaryOf(run, ended) });
        await expect(erasing).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
        await expect(desk.journal.remove(run, seq)).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
        expect(await whole()).toEqual(before);
        expect((await desk.journal.holds({ runId: run })).items).toHaveLength(2);
        expect(await desk.journal.answered({ by: 'user:ana', id: run, content: 'c' })).not.toBeNull();
      };
      await refused(3);
      const head = await desk.journal.head(run);
      await desk.journal.amend(run, null, () => ({ ...amendmentOf(run, head), wake: true }));
      await refused(4);
      await refused(5);
    });
  });
}
