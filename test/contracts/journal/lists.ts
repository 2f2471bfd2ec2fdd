import { describe, expect, test } from 'vitest';
import { holdIdOf } from '../../../src/ids.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { amendmentOf, holdOf, runId, summaryOf } from '../../support/sample-journal.ts';
import { journalDesk, later, NOW_MS, type OpenJournal, run } from './journal-desk.ts';

/** What is found, in which order, a page at a time. */
export function lists(name: string, open: OpenJournal): void {
  const desk = journalDesk(open);

  describe(`${name}: deadlines`, () => {
    const due = async (ms: number) =>
      (await desk.journal.due({ now: later(ms), limit: 10 })).items.map(({ id }) => id.slice(-1));

    test('gives open holds whose reminder or due time has come, the earliest first', async () => {
      await desk.begin(run, {
        holds: [
          holdOf(run, 1, { dueAt: later(3_000), remindAt: later(2_000) }),
          holdOf(run, 2, { dueAt: '2026-03-01T10:00:01Z' }),
          holdOf(run, 3, { dueAt: later(1_000), status: 'approved' }),
          holdOf(run, 4),
        ],
      });
      expect(await due(999)).toEqual([]);
      expect(await due(1_000)).toEqual(['2']);
      expect(await due(2_000)).toEqual(['2', '1']);
    });

    test('a deadline that was acted on comes no more', async () => {
      const hold = holdOf(run, 1, { dueAt: later(3_000), remindAt: later(2_000) });
      const head = await desk.begin(run, { holds: [hold] });
      await desk.journal.amend(run, null, () => amendmentOf(run, head, { holds: [{ ...hold, reminded: true }] }));
      expect(await due(2_500)).toEqual([]);
      expect(await due(3_000)).toEqual(['1']);
      const next = await desk.journal.head(run);
      await desk.journal.amend(run, null, () =>
        amendmentOf(run, next, { holds: [{ ...hold, reminded: true, overdue: true }] }),
      );
      expect(await due(9_000)).toEqual([]);
    });

    test('a page at a time, behind the last one: what was not acted on is passed, and what was moves nothing', async () => {
      const of = (n: number, ms: number) => holdOf(run, n, { dueAt: later(ms) });
      const head = await desk.begin(run, {
        // Three of one moment: those that arrived first come first.
        holds: [of(1, 2_000), of(2, 1_000), of(3, 2_000), of(4, 2_000), of(5, 3_000), of(6, 9_000)],
      });
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await desk.journal.due({ now: later(5_000), limit: 2, cursor });
        pages.push(page.items.map(({ id }) => id.slice(-1)));
        if (!cursor)
          await desk.journal.amend(run, null, () =>
            amendmentOf(run, head, { holds: page.items.map((hold) => ({ ...hold, overdue: true })) }),
          );
        cursor = page.cursor ?? undefined;
      } while (cursor);
      expect(pages).toEqual([['2', '1'], ['3', '4'], ['5']]);
      await expect(desk.journal.due({ now: later(0), limit: 2, cursor: 'AAAA' })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
      });
    });
  });

  describe(`${name}: lists`, () => {
    test('runs, newest first, by status and crew, a page at a time', async () => {
      for (let n = 1; n <= 7; n++) {
        await desk.begin(runId(`${n}`), {
          summary: { crew: n === 7 ? 'other' : 'desk', status: n % 2 ? 'held' : 'running' },
        });
      }
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await desk.journal.runs({ crew: 'desk', limit: 2, cursor });
        pages.push(page.items.map(({ id }) => id));
        cursor = page.cursor ?? undefined;
      } while (cursor);
      expect(pages).toEqual([
        ['run_6', 'run_5'],
        ['run_4', 'run_3'],
        ['run_2', 'run_1'],
      ]);
      expect((await desk.journal.runs({ status: 'held', crew: 'desk' })).items.map(({ id }) => id)).toEqual([
        'run_5',
        'run_3',
        'run_1',
      ]);
      expect(await desk.journal.runs({ crew: 'none' })).toEqual({ items: [], cursor: null });
    });

    test('holds, newest first, by status, crew and run; a change keeps their place', async () => {
      const two = runId('two');
      const head = await desk.begin(run, { holds: [holdOf(run, 1), holdOf(run, 2)] });
      await desk.begin(two, { holds: [holdOf(two, 1, { crew: 'other' })] });
      await desk.journal.amend(run, null, () =>
        amendmentOf(run, head, { holds: [holdOf(run, 1, { status: 'rejected' })] }),
      );
      const ids = async (query: Parameters<Journal['holds']>[0]) =>
        (await desk.journal.holds(query)).items.map(({ id }) => id);
      expect(await ids({})).toEqual(['hold_two_1', 'hold_one_2', 'hold_one_1']);
      expect(await ids({ status: 'open' })).toEqual(['hold_two_1', 'hold_one_2']);
      expect(await ids({ status: 'open', crew: 'desk' })).toEqual(['hold_one_2']);
      expect(await ids({ runId: run, status: 'rejected' })).toEqual(['hold_one_1']);
    });

    test('how many have a status, of all crews and of none', async () => {
      const statuses = ['held', 'held', 'completed', 'held'] as const;
      for (const [n, status] of statuses.entries()) {
        const crew = n === 0 ? 'north' : 'desk';
        const holds = [
          holdOf(runId(`${n}`), 1, { crew: n === 1 ? null : crew, status: n === 2 ? 'approved' : 'open' }),
        ];
        await desk.begin(runId(`${n}`), { summary: { crew, status }, holds });
      }
      const { journal } = desk;
      expect(await journal.count({ list: 'runs', status: 'held' })).toBe(3);
      expect(await journal.count({ list: 'runs', status: 'parked' })).toBe(0);
      expect(await journal.count({ list: 'holds', status: 'open' })).toBe(3);
      expect(await journal.count({ list: 'holds', status: 'approved' })).toBe(1);
    });

    test('by status alone, of all crews and of none, and by crew alone: newest first, a page at a time', async () => {
      const crews = ['north', 'south', null, 'desk'];
      const ids = Array.from({ length: 12 }, (_, n) => runId(`${n + 1}`));
      for (const [n, id] of ids.entries()) {
        const open = n % 3 === 0 ? ({ status: 'rejected' } as const) : {};
        await desk.begin(id, {
          summary: { crew: crews[n % 4] ?? 'none', status: n % 3 === 0 ? 'completed' : 'held' },
          holds: [holdOf(id, 1, { crew: crews[n % 4] ?? null, ...open })],
        });
      }
      const held = ids.filter((_, n) => n % 3 !== 0).reverse();
      const paged = async (list: (cursor: string | undefined) => Promise<{ ids: string[]; cursor: string | null }>) => {
        const pages = [await list(undefined)];
        for (let last = pages[0]; last?.cursor; last = pages.at(-1)) pages.push(await list(last.cursor));
        return pages.map((page) => page.ids);
      };
      const threeAtATime = [held.slice(0, 3), held.slice(3, 6), held.slice(6)];
      const runs = await paged(async (cursor) => {
        const page = await desk.journal.runs({ status: 'held', limit: 3, cursor });
        return { ids: page.items.map(({ id }) => id), cursor: page.cursor };
      });
      expect(runs).toEqual(threeAtATime);
      const holds = await paged(async (cursor) => {
        const page = await desk.journal.holds({ status: 'open', limit: 3, cursor });
        return { ids: page.items.map(({ runId: of }) => String(of)), cursor: page.cursor };
      });
      expect(holds).toEqual(threeAtATime);
      expect((await desk.journal.holds({ status: 'expired' })).items).toEqual([]);
      const ofDesk = await desk.journal.holds({ crew: 'desk', limit: 2 });
      expect(ofDesk.items.map(({ runId: of }) => of)).toEqual([ids[11], ids[7]]);
      const rest = await desk.journal.holds({ crew: 'desk', limit: 2, cursor: ofDesk.cursor ?? '' });
      expect(rest.items.map(({ runId: of }) => of)).toEqual([ids[3]]);
    });

    test('holds that were decided, by whom, how, when and of which crew', async () => {
      const entry = (by: string, verdict: 'approve' | 'reject', at: string) => ({
        by,
        verdict,
        at,
        reason: null,
        reasonCode: null,
      });
      const rejected = entry('user:ana', 'reject', later(1_000));
      const holds = [
        holdOf(run, 1),
        holdOf(run, 2, { status: 'rejected', history: [rejected], decidedBy: ['user:ana'] }),
        // The next revision of it, which two people let through.
        holdOf(run, 3, {
          status: 'approved',
          history: [rejected, entry('user:ben', 'approve', later(5_000))],
          priorDecisions: 1,
          decidedBy: ['user:cleo', 'user:ben'],
        }),
        holdOf(run, 4, { crew: 'other', status: 'rejected', history: [rejected], decidedBy: ['user:ana'] }),
        holdOf(run, 5, { inherited: true, status: 'rejected', history: [rejected], decidedBy: ['user:ana'] }),
      ];
      await desk.begin(run, { holds });
      const found = async (query: Parameters<Journal['decided']>[0]) =>
        (await desk.journal.decided(query)).items.map(
          ({ hold: { id } }) => holds.findIndex((hold) => hold.id === id) + 1,
        );
      expect(await found({})).toEqual([3, 4, 2]);
      expect(await found({ crew: 'desk' })).toEqual([3, 2]);
      expect(await found({ by: 'user:ana' })).toEqual([4, 2]);
      expect(await found({ by: 'user:cleo' })).toEqual([3]);
      expect(await found({ verdict: 'approve' })).toEqual([3]);
      expect(await found({ verdict: 'approve', by: 'user:ana' })).toEqual([]);
      expect(await found({ from: later(1_000), to: later(5_000) })).toEqual([4, 2]);
      expect(await found({ from: later(1_001) })).toEqual([3]);
      const page = await desk.journal.decided({ limit: 2 });
      expect(page.items).toMatchObject([
        { hold: holds[2], entry: 1, decision: { verdict: 'approve', decidedBy: ['user:cleo', 'user:ben'] } },
        { hold: holds[3], entry: 0, decision: { verdict: 'reject', decidedBy: ['user:ana'] } },
      ]);
      expect(await found({ cursor: page.cursor ?? '' })).toEqual([2]);
      await expect(desk.journal.decided({ cursor: 'x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      const { cursor } = await desk.journal.holds({ limit: 1 });
      await expect(desk.journal.decided({ cursor: cursor ?? '' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    });

    /** A hold on which something was decided at these times; the last closes it, unless it is `open`. */
    const decidedAt = (n: number, times: readonly number[], status: 'open' | 'approved' = 'approved') => {
      const entry = { by: 'user:ana', verdict: 'modify' as const, reason: null, reasonCode: null };
      const history = times.map((ms) => ({ ...entry, at: later(ms) }));
      return holdOf(run, n, { status, history, decidedBy: status === 'open' ? [] : ['user:ana'] });
    };
    const decisions = async (query: Parameters<Journal['decided']>[0] = {}) => {
      const { items, cursor } = await desk.journal.decided(query);
      const shown = items.map(({ hold, decision }) => [
        Number(hold.id.split('_').at(-1)),
        Date.parse(decision.at) - NOW_MS,
      ]);
      return { shown, cursor: cursor ?? undefined };
    };

    test('decisions, the last one first whenever their holds were opened, those of one moment by hold', async () => {
      const holds = [
        decidedAt(1, [9_000]),
        decidedAt(2, [5_000]),
        decidedAt(3, [1_000, 5_000, 7_000], 'open'),
        decidedAt(4, [5_000]),
      ];
      await desk.begin(run, { holds });
      const all = [
        [1, 9_000],
        [3, 7_000],
        [4, 5_000],
        [3, 5_000],
        [2, 5_000],
        [3, 1_000],
      ];
      expect((await decisions()).shown).toEqual(all);
      expect((await decisions({ from: later(5_000), to: later(9_000) })).shown).toEqual(all.slice(1, 5));
      expect((await decisions({ to: later(5_000) })).shown).toEqual(all.slice(5));
      const first = await decisions({ from: later(5_000), to: later(9_000), limit: 3 });
      expect(first.shown).toEqual(all.slice(1, 4));
      expect(await decisions({ from: later(5_000), to: later(9_000), limit: 3, cursor: first.cursor })).toEqual({
        shown: all.slice(4, 5),
        cursor: undefined,
      });
    });

    test('a page of decisions goes on where it ended, whatever is decided meanwhile', async () => {
      const before = [1, 2, 3, 4, 5].map((n) => decidedAt(n, [n * 1_000], n === 2 ? 'open' : 'approved'));
      const head = await desk.begin(run, { holds: [...before, holdOf(run, 6)] });
      const { cursor } = await decisions({ limit: 2 });
      const meanwhile = [decidedAt(2, [2_000, 6_000]), decidedAt(6, [7_000])];
      await desk.journal.amend(run, null, () => amendmentOf(run, head, { holds: meanwhile }));
      expect(await decisions({ limit: 3, cursor })).toEqual({
        shown: [
          [3, 3_000],
          [2, 2_000],
          [1, 1_000],
        ],
        cursor: undefined,
      });
      expect((await decisions({ limit: 2 })).shown).toEqual([
        [6, 7_000],
        [2, 6_000],
      ]);
    });

    test('what is erased or removed was decided by nobody', async () => {
      const other = runId('other');
      const kept = { ...decidedAt(2, [2_000]), task: 'pay' };
      for (const id of [run, other]) await desk.begin(id, { holds: id === run ? [decidedAt(1, [1_000]), kept] : [] });
      await desk.journal.rest(run, 1, await desk.hashOf(run), summaryOf(run));
      await desk.journal.erase(run, { seq: 1, seqs: [1], tasks: ['assess'], summary: summaryOf(run) });
      expect((await decisions()).shown).toEqual([[2, 2_000]]);
      await desk.journal.remove(run, 1);
      expect((await decisions()).shown).toEqual([]);
      const again = { ...kept, id: holdIdOf(other, 2), runId: other };
      await desk.journal.restore({ type: 'hold', runId: other, hold: again });
      expect((await decisions()).shown).toEqual([[2, 2_000]]);
    });

    test('a page goes on where it ended, whatever was opened or closed meanwhile', async () => {
      const head = await desk.begin(run, { holds: [1, 2, 3, 4].map((n) => holdOf(run, n)) });
      const first = await desk.journal.holds({ status: 'open', limit: 2 });
      await desk.journal.amend(run, null, () =>
        amendmentOf(run, head, { holds: [holdOf(run, 4, { status: 'approved' }), holdOf(run, 5)] }),
      );
      const second = await desk.journal.holds({ status: 'open', limit: 2, cursor: first.cursor ?? '' });
      expect(second.items.map(({ id }) => id)).toEqual(['hold_one_2', 'hold_one_1']);
      expect(second.cursor).toBeNull();
    });

    test('a page holds 50 unless asked otherwise, and at most 200', async () => {
      await desk.begin(run, { holds: Array.from({ length: 205 }, (_, n) => holdOf(run, n + 1)) });
      const sizeOf = async (limit?: number) => (await desk.journal.holds({ limit })).items.length;
      expect([await sizeOf(), await sizeOf(1), await sizeOf(1_000)]).toEqual([50, 1, 200]);
    });

    test('a cursor that no page gave is refused', async () => {
      await desk.begin(run, { holds: [1, 2].map((n) => holdOf(run, n)) });
      const { cursor } = await desk.journal.holds({ limit: 1 });
      await expect(desk.journal.holds({ cursor: 'x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      await expect(desk.journal.runs({ cursor: cursor ?? '' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    });
  });
}
