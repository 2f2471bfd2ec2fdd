import { describe, expect, test } from 'vitest';
import { draft } from '../../../src/crew/events.ts';
import { SYSTEM_JOURNAL } from '../../../src/ids.ts';
import { EMPTY_HEAD } from '../../../src/journal/envelope.ts';
import type { Request, Restored } from '../../../src/journal/journal.ts';
import { memoryJournal } from '../../../src/journal/memory-journal.ts';
import { lift } from '../../../src/journal/payloads.ts';
import { amendmentOf, appendOf, holdOf, proposed, runId, sealed, started } from '../../support/sample-journal.ts';
import { journalDesk, NOW_MS, type OpenJournal, run } from './journal-desk.ts';

/** What is taken over from another journal. */
export function restoring(name: string, open: OpenJournal): void {
  const desk = journalDesk(open);

  describe(`${name}: restoring what another journal holds`, () => {
    test('a run, its holds and answers are as they were there, in the order they are given', async () => {
      const other = memoryJournal({ now: () => NOW_MS });
      const { data, payloads } = lift(proposed('a long text').data, 4);
      const drafts = [started(), { ...proposed(''), data } as ReturnType<typeof proposed>];
      const answered = { ...request('r1'), answer: run };
      await other.append(
        appendOf(run, { drafts, payloads, holds: [holdOf(run, 2), holdOf(run, 1)], request: answered }).batch,
      );
      await other.claim(run, 'node_b');
      const row = await other.run(run);
      const events = await other.read(run);
      await desk.journal.restore({ type: 'run', runId: run, row, events, payloads });
      for (const hold of [holdOf(run, 2), holdOf(run, 1)])
        await desk.journal.restore({ type: 'hold', runId: run, hold });
      await desk.journal.restore({ type: 'answer', answer: answered });
      expect(await desk.journal.run(run)).toEqual(row);
      expect(await desk.journal.head(run)).toEqual(row?.head);
      expect(await desk.journal.read(run)).toEqual(events);
      expect(await desk.journal.payloads(run)).toEqual(payloads);
      expect((await desk.journal.holds({ runId: run })).items).toEqual([holdOf(run, 1), holdOf(run, 2)]);
      expect(await desk.journal.answered(request('r1'))).toBe(run);
      expect(await desk.journal.claim(run, 'node_c')).toEqual({ epoch: 3, from: 'node_b' });
    });

    test('nothing that is there already is written over, and no broken run is taken', async () => {
      const { batch, head } = appendOf(run, { holds: [holdOf(run)], request: { ...request('r1'), answer: 1 } });
      await desk.journal.append(batch);
      const row = await desk.journal.run(run);
      const part = { type: 'run', runId: run, row, events: batch.events, payloads: [] } as const;
      const parts: Restored[] = [
        part,
        { type: 'hold', runId: run, hold: holdOf(run, 1, { status: 'approved' }) },
        { type: 'answer', answer: { ...request('r1'), answer: 2 } },
      ];
      for (const each of parts)
        await expect(desk.journal.restore(each)).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
      expect(await desk.journal.hold(holdOf(run).id)).toEqual(holdOf(run));
      expect(await desk.journal.answered(request('r1'))).toBe(1);
      const two = runId('two');
      const gap = sealed(two, head, [proposed('x')]);
      for (const events of [gap, []]) {
        await expect(desk.journal.restore({ ...part, runId: two, events })).rejects.toMatchObject({ code: 'INTERNAL' });
      }
      expect(await desk.journal.run(two)).toBeNull();
    });

    test('the journal of no run is restored once', async () => {
      const demoted = draft('oversight.demoted', { key: 'k', level: null, cause: 'person', reason: 'r' }, 'user:ana');
      const events = sealed(SYSTEM_JOURNAL, EMPTY_HEAD, [demoted, demoted]);
      const part = { type: 'run', runId: SYSTEM_JOURNAL, row: null, events, payloads: [] } as const;
      await desk.journal.restore(part);
      expect(await desk.journal.read(SYSTEM_JOURNAL)).toEqual(events);
      expect((await desk.journal.runs({})).items).toEqual([]);
      await expect(desk.journal.restore(part)).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
    });

    test('answers are listed each once, a part at a time', async () => {
      await desk.begin();
      for (let n = 0; n < 7; n++) await desk.journal.amend(run, request(`r${n}`), ({ head }) => amendmentOf(run, head));
      const found: string[] = [];
      let after: Request | null = null;
      do {
        const part = await desk.journal.answers(after, 3);
        expect(part.length).toBeLessThanOrEqual(3);
        for (const { id, by, content } of part) expect({ id, by, content }).toEqual(request(id));
        found.push(...part.map(({ id }) => id));
        after = part.at(-1) ?? null;
      } while (after);
      expect(found.toSorted()).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6']);
    });
  });
}

function request(id: string): Request {
  return { by: 'user:ana', id, content: 'c1' };
}
