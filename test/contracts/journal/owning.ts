import { describe, expect, test } from 'vitest';
import type { NodeRow, Request } from '../../../src/journal/journal.ts';
import { AT, amendmentOf, appendOf, OWNER, proposed, runId, summaryOf } from '../../support/sample-journal.ts';
import { journalDesk, later, type OpenJournal, run } from './journal-desk.ts';

/** Who drives a run, and when nobody does. */
export function owning(name: string, open: OpenJournal): void {
  const desk = journalDesk(open);

  describe(`${name}: owning, resting, waking`, () => {
    test('rests a run whose head did not move: no owner, no work', async () => {
      await desk.begin();
      expect(
        await desk.journal.rest(run, 1, await desk.hashOf(run), summaryOf(run, { lastSeq: 1, status: 'held' })),
      ).toBe(true);
      expect(await desk.journal.run(run)).toMatchObject({
        owner: null,
        wake: false,
        epoch: 1,
        summary: { status: 'held' },
      });
      expect(await desk.orphans([])).toEqual([]);
      expect(await desk.journal.claim(run, 'node_b')).toBeNull();
    });

    test('does not rest a run that was appended to meanwhile', async () => {
      const head = await desk.begin();
      await desk.wokenBy(run, head, true);
      expect(await desk.journal.rest(run, 1, head.hash, summaryOf(run, { lastSeq: 1, status: 'held' }))).toBe(false);
      expect(await desk.journal.run(run)).toMatchObject({ owner: OWNER, wake: true });
    });

    test('rests together with an append, or not at all where that is refused', async () => {
      const head = await desk.begin();
      const next = appendOf(run, { head, drafts: [proposed('x')] });
      const held = summaryOf(run, { lastSeq: 2, status: 'held' });
      const [, rested] = await Promise.all([
        desk.journal.append(next.batch),
        desk.journal.rest(run, 1, next.head.hash, held),
      ]);
      expect(rested).toBe(true);
      expect(await desk.journal.run(run)).toMatchObject({ owner: null, wake: false, summary: { status: 'held' } });

      const other = runId('other');
      const begun = await desk.begin(other);
      await desk.wokenBy(other, begun, true);
      const late = appendOf(other, { head: begun, drafts: [proposed('x')] });
      const [refused, kept] = await Promise.allSettled([
        desk.journal.append(late.batch),
        // As long as what the other one appended, and yet not it.
        desk.journal.rest(other, 1, late.head.hash, summaryOf(other, { lastSeq: 2, status: 'held' })),
      ]);
      expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'SEQ_CONFLICT' } });
      expect(kept).toEqual({ status: 'fulfilled', value: false });
      expect(await desk.journal.run(other)).toMatchObject({ owner: OWNER, wake: true });
    });

    test('an amendment wakes a resting run only if it makes work', async () => {
      const head = await desk.begin();
      await desk.journal.rest(run, 1, await desk.hashOf(run), summaryOf(run, { lastSeq: 1, status: 'held' }));
      await desk.wokenBy(run, head, false);
      expect(await desk.orphans([OWNER])).toEqual([]);
      await desk.wokenBy(run, await desk.journal.head(run), true);
      expect(await desk.orphans([OWNER])).toEqual([run]);
      await desk.wokenBy(run, await desk.journal.head(run), false);
      expect(await desk.orphans([OWNER])).toEqual([run]);
      expect(await desk.journal.claim(run, 'node_b')).toEqual({ epoch: 2, from: null });
    });

    /** The epoch with which `node` took the run; undefined: it did not. */
    async function takenBy(node: string | null, wake = true, request: Request | null = null) {
      const amend = desk.journal.amend(run, request, ({ head }) => amendmentOf(run, head, { wake, takeFor: node }));
      return (await amend).epoch;
    }

    test('an amendment takes a resting run in the same write, and raises its epoch', async () => {
      await desk.begin();
      await desk.journal.rest(run, 1, await desk.hashOf(run), summaryOf(run, { lastSeq: 1, status: 'held' }));
      expect(await takenBy('node_b', false)).toBeUndefined();
      expect(await takenBy('node_b')).toBe(2);
      expect(await desk.journal.run(run)).toMatchObject({ owner: 'node_b', epoch: 2, wake: true });
      const head = await desk.journal.head(run);
      const zombie = desk.journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
      await expect(zombie).rejects.toMatchObject({ code: 'OWNER_LOST' });
      await desk.journal.append(appendOf(run, { head, epoch: 2, owner: 'node_b', drafts: [proposed('x')] }).batch);
    });

    test('an amendment takes no run that somebody owns, or that is woken already', async () => {
      await desk.begin();
      expect(await takenBy('node_b')).toBeUndefined();
      expect(await desk.journal.run(run)).toMatchObject({ owner: OWNER, epoch: 1 });
      await desk.journal.rest(run, 1, await desk.hashOf(run), summaryOf(run, { lastSeq: 2, status: 'held' }));
      expect(await takenBy(null)).toBeUndefined();
      expect(await takenBy('node_b')).toBeUndefined();
      expect(await desk.journal.run(run)).toMatchObject({ owner: null, epoch: 1, wake: true });
    });

    test('of two amendments made at once one takes the run, and a request sent again takes nothing', async () => {
      await desk.begin();
      await desk.journal.rest(run, 1, await desk.hashOf(run), summaryOf(run, { lastSeq: 1, status: 'held' }));
      const request = { by: 'user:ana', id: 'q', content: 'c' };
      expect(await Promise.all([takenBy('node_b', true, request), takenBy('node_c')])).toEqual([2, undefined]);
      expect(await takenBy('node_c', true, request)).toBeUndefined();
      expect(await desk.journal.run(run)).toMatchObject({ owner: 'node_b', epoch: 2 });
    });

    test('claiming raises the epoch, and ends the owner before', async () => {
      const head = await desk.begin();
      expect(await desk.journal.claim(run, 'node_b')).toEqual({ epoch: 2, from: OWNER });
      const zombie = desk.journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
      await expect(zombie).rejects.toMatchObject({ code: 'OWNER_LOST' });
      await expect(
        desk.journal.rest(run, 1, head.hash, summaryOf(run, { lastSeq: 1, status: 'held' })),
      ).rejects.toMatchObject({
        code: 'OWNER_LOST',
      });
      await desk.journal.append(appendOf(run, { head, epoch: 2, owner: 'node_b', drafts: [proposed('x')] }).batch);
      expect(await desk.journal.run(run)).toMatchObject({ owner: 'node_b', epoch: 2, head: { seq: 2 } });
    });

    test('an old epoch is told that it lost, even where the head moved too', async () => {
      const head = await desk.begin();
      await desk.journal.claim(run, 'node_b');
      await desk.wokenBy(run, head, false);
      const zombie = desk.journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
      await expect(zombie).rejects.toMatchObject({ code: 'OWNER_LOST' });
    });

    test('of several claims at once one wins', async () => {
      await desk.begin();
      for (const id of ['node_b', 'node_c']) await desk.journal.enter(nodeRow(id));
      const claims = await Promise.all([desk.journal.claim(run, 'node_b'), desk.journal.claim(run, 'node_c')]);
      expect(claims).toEqual([{ epoch: 2, from: OWNER }, null]);
    });

    test('a run is claimed only from a node that is silent for 15 seconds, or by the same node', async () => {
      await desk.begin();
      await desk.journal.enter(nodeRow(OWNER, { seenAt: later(-14_000) }));
      expect(await desk.journal.claim(run, 'node_b')).toBeNull();
      expect(await desk.journal.claim(run, OWNER)).toEqual({ epoch: 2, from: OWNER });
      await desk.journal.renew(OWNER, later(-16_000));
      expect(await desk.journal.claim(run, 'node_b')).toEqual({ epoch: 3, from: OWNER });
      expect(await desk.journal.claim(runId('none'), 'node_b')).toBeNull();
    });

    test('orphans are runs with work whose owner is not alive', async () => {
      await desk.begin(run);
      await desk.begin(runId('two'), { owner: 'node_b' });
      expect(await desk.orphans([OWNER])).toEqual(['run_two']);
      expect(await desk.orphans([])).toEqual(['run_one', 'run_two']);
      expect(await desk.orphans([OWNER, 'node_b'])).toEqual([]);
    });

    test('orphans are given as far as there is room, of each crew and of all, in the order of arrival', async () => {
      const crews = ['a', 'a', 'b', 'a', 'c', 'b', 'a'];
      // Every other one is left behind by an owner, the rest never had one.
      for (const [n, crew] of crews.entries())
        await desk.begin(runId(`${n}`), { summary: { crew }, owner: n % 2 ? 'node_gone' : null });
      const taken = async (room: Record<string, number>, limit: number, only?: number[]) => {
        const query = { alive: [OWNER], room: new Map(Object.entries(room)), limit };
        const given = only && { only: only.map((n) => runId(`${n}`)) };
        return (await desk.journal.orphans({ ...query, ...given })).map((id) => Number(id.slice(-1)));
      };
      expect(await taken({ a: Number.POSITIVE_INFINITY, b: 9, c: 9 }, 100)).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(await taken({ a: 2, b: 1 }, 100)).toEqual([0, 1, 2]);
      expect(await taken({ a: 3, c: 1 }, 3)).toEqual([0, 1, 3]);
      expect(await taken({ b: 0, c: 2 }, 100)).toEqual([4]);
      expect(await taken({ a: 9, b: 9 }, 0)).toEqual([]);
      expect(await taken({}, 9)).toEqual([]);
      expect(await taken({ a: 2, b: 9 }, 100, [6, 5, 4, 3, 1, 99])).toEqual([1, 3, 5]);
      expect(await taken({ a: 9 }, 100, [])).toEqual([]);
    });
  });
}

function nodeRow(id: string, changes: Partial<NodeRow> = {}): NodeRow {
  return { id, pid: 7, host: 'h', url: 'http://127.0.0.1:1', startedAt: AT, seenAt: AT, ...changes };
}
