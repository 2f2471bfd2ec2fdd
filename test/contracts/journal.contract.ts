import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { draft } from '../../src/crew/events.ts';
import type { HoldpointError } from '../../src/errors.ts';
import { holdIdOf, type RunId, SYSTEM_JOURNAL } from '../../src/ids.ts';
import { EMPTY_HEAD, type Head, type JournalEvent } from '../../src/journal/envelope.ts';
import type { Journal, NodeRow, Request, Restored, TokenRow } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { lift } from '../../src/journal/payloads.ts';
import { verifyChain } from '../../src/journal/verify.ts';
import {
  AT,
  amendmentOf,
  appendOf,
  commented,
  holdOf,
  OWNER,
  proposed,
  runId,
  sealed,
  started,
  summaryOf,
} from '../support/sample-journal.ts';

export interface JournalFixture {
  readonly journal: Journal;
  close(): Promise<void>;
}

const NOW_MS = Date.parse(AT);
const later = (ms: number) => new Date(NOW_MS + ms).toISOString();

/** What every adapter of the journal promises. The fixture's clock stands at `AT`. */
export function journalContract(name: string, open: (options: { now: () => number }) => Promise<JournalFixture>): void {
  let fixture: JournalFixture;
  let journal: Journal;
  const run = runId('one');

  beforeEach(async () => {
    fixture = await open({ now: () => NOW_MS });
    journal = fixture.journal;
  });
  afterEach(() => fixture.close());

  async function begin(id: RunId = run, changes: Parameters<typeof appendOf>[1] = {}): Promise<Head> {
    const { batch, head } = appendOf(id, changes);
    await journal.append(batch);
    return head;
  }
  async function hashOf(id: RunId): Promise<string> {
    return (await journal.head(id)).hash;
  }
  async function wokenBy(id: RunId, head: Head, wake: boolean): Promise<void> {
    await journal.amend(id, null, () => amendmentOf(id, head, { wake }));
  }

  describe(`${name}: appending`, () => {
    test('reads the events of one type, after a seq, up to a limit', async () => {
      const { batch, head } = appendOf(run);
      await journal.append(batch);
      await journal.append(appendOf(run, { head, drafts: [proposed('a'), proposed('b'), proposed('c')] }).batch);
      const seqs = async (options: Parameters<Journal['read']>[1]) =>
        (await journal.read(run, options)).map(({ seq }) => seq);
      expect(await seqs({ type: 'task.proposed' })).toEqual([2, 3, 4]);
      expect(await seqs({ type: 'task.proposed', after: 2, limit: 1 })).toEqual([3]);
      expect(await seqs({ type: 'run.completed' })).toEqual([]);
      expect(await seqs({ after: 1, limit: 2 })).toEqual([2, 3]);
    });

    test('keeps events exactly, so that their chain verifies as read', async () => {
      const odd = { ключ: '\u0000\u001f\u2028"\\ \u{1f600}', '10': '1', '9': '-0', ['__proto__']: 'own' };
      const { batch, head } = appendOf(run, { drafts: [started(odd), proposed('ok')] });
      await journal.append(batch);
      expect(await journal.read(run)).toEqual(batch.events);
      expect(await journal.head(run)).toEqual(head);
      expect(verifyChain(await journal.read(run), { head: head.hash })).toMatchObject({ ok: true, count: 2 });
    });

    test('keeps large values beside the events, each once', async () => {
      const { data, payloads } = lift(proposed('a long text').data, 4);
      const draft = { ...proposed(''), data } as ReturnType<typeof proposed>;
      const head = await begin(run, { drafts: [started(), draft], payloads });
      await journal.append(appendOf(run, { head, drafts: [draft], payloads }).batch);
      expect(await journal.payloads(run)).toEqual(payloads);
      expect(verifyChain(await journal.read(run), { payloads })).toMatchObject({ ok: true, count: 3 });
    });

    test('a new run has its starter as owner, epoch 1, and work to do', async () => {
      const head = await begin();
      const row = await journal.run(run);
      expect(row).toMatchObject({ head, owner: OWNER, epoch: 1, wake: true, fingerprint: 'f1' });
    });

    test('an append moves head, summary and fingerprint together', async () => {
      const first = await begin();
      const { batch, head } = appendOf(run, {
        head: first,
        drafts: [proposed('x')],
        summary: { status: 'held' },
        fingerprint: 'f2',
      });
      await journal.append(batch);
      expect(await journal.run(run)).toMatchObject({
        head,
        summary: { status: 'held', lastSeq: 2 },
        fingerprint: 'f2',
        wake: true,
      });
    });

    test('a second start of a run is a conflict', async () => {
      await begin();
      await expect(journal.append(appendOf(run).batch)).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
      expect(await journal.read(run)).toHaveLength(1);
    });

    test('an append after another head writes nothing at all', async () => {
      const head = await begin();
      await journal.append(appendOf(run, { head, drafts: [proposed('first')] }).batch);
      const late = appendOf(run, {
        head,
        drafts: [proposed('a'), proposed('b')],
        holds: [holdOf(run)],
        summary: { status: 'failed' },
      });
      await expect(journal.append(late.batch)).rejects.toMatchObject({ code: 'SEQ_CONFLICT', details: { seq: 2 } });
      expect(await journal.read(run)).toHaveLength(2);
      expect(await journal.hold(holdIdOf(run, 1))).toBeNull();
      expect((await journal.run(run))?.summary.status).toBe('running');
    });

    test('a head of equal seq and other hash is a conflict', async () => {
      const head = await begin();
      const other = appendOf(run, { head: { ...head, hash: '1'.repeat(64) }, drafts: [proposed('x')] });
      await expect(journal.append(other.batch)).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
    });

    test('of appends made at once, those that do not match fail alone', async () => {
      const heads = new Map<number, Head>();
      for (const n of [1, 2, 3]) heads.set(n, await begin(runId(`${n}`)));
      const append = (n: number, head: Head | undefined) =>
        journal.append(
          appendOf(runId(`${n}`), { head: head ?? EMPTY_HEAD, drafts: [proposed('x'), proposed('y')] }).batch,
        );
      const stale: Head = { seq: 9, hash: '9'.repeat(64), at: AT };
      const results = await Promise.allSettled([append(1, heads.get(1)), append(2, stale), append(3, heads.get(3))]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect((await Promise.all([1, 2, 3].map((n) => journal.head(runId(`${n}`))))).map(({ seq }) => seq)).toEqual([
        3, 1, 3,
      ]);
    });

    test('of two appends after the same head made at once, the first wins', async () => {
      const head = await begin();
      const [a, b] = ['a', 'b'].map((text) => journal.append(appendOf(run, { head, drafts: [proposed(text)] }).batch));
      await a;
      await expect(b).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
      expect(await journal.head(run)).toMatchObject({ seq: 2 });
    });

    test('events that do not attach to their head are refused as a bug', async () => {
      const head = await begin();
      const { batch } = appendOf(run, { head, drafts: [proposed('a'), proposed('b')] });
      const gap = { ...batch, events: batch.events.slice(1) };
      const foreign = { ...batch, events: appendOf(runId('two')).batch.events };
      for (const bad of [gap, foreign]) await expect(journal.append(bad)).rejects.toMatchObject({ code: 'INTERNAL' });
      expect(await journal.read(run)).toHaveLength(1);
    });

    test('an append that fails in the middle leaves nothing, and spares those beside it', async () => {
      const head = await begin();
      const { batch } = appendOf(run, { head, drafts: [proposed('a'), proposed('b')], summary: { status: 'failed' } });
      const unstorable = batch.events.with(1, { ...(batch.events[1] as JournalEvent), data: { output: 1n } });
      const two = runId('two');
      const results = await Promise.allSettled([
        journal.append({ ...batch, events: unstorable }),
        journal.append(appendOf(two).batch),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
      expect(await journal.read(run)).toHaveLength(1);
      expect(await journal.run(run)).toMatchObject({ head, summary: { status: 'running' } });
      expect(await journal.read(two)).toHaveLength(1);
    });

    test('an append to a run that does not exist is refused', async () => {
      const head: Head = { seq: 3, hash: '3'.repeat(64), at: AT };
      await expect(journal.append(appendOf(run, { head }).batch)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    });

    test('reads from after a seq, up to a limit; an unknown run has no events', async () => {
      await begin(run, { drafts: [started(), proposed('2'), proposed('3'), proposed('4')] });
      expect((await journal.read(run, { after: 1, limit: 2 })).map(({ seq }) => seq)).toEqual([2, 3]);
      expect(await journal.read(runId('none'))).toEqual([]);
      expect(await journal.head(runId('none'))).toEqual(EMPTY_HEAD);
      expect(await journal.run(runId('none'))).toBeNull();
    });

    test('nobody can change what is stored through what he gave or got', async () => {
      const { batch } = appendOf(run, { holds: [holdOf(run)] });
      const before = structuredClone(batch);
      await journal.append(batch);
      (batch.summary as { crew: string }).crew = 'changed';
      for (const event of [batch.events[0], (await journal.read(run))[0]]) (event as { by: string }).by = 'changed';
      const hold = await journal.hold(holdIdOf(run, 1));
      hold?.comments.push({ by: 'user:eve', text: 'x', at: AT });
      expect(await journal.read(run)).toEqual(before.events);
      expect((await journal.run(run))?.summary).toEqual(before.summary);
      expect(await journal.hold(holdIdOf(run, 1))).toEqual(holdOf(run));
    });
  });

  describe(`${name}: amending`, () => {
    test('shows the run, its head and its holds, and writes what was decided', async () => {
      const head = await begin(run, { holds: [holdOf(run)] });
      const decided = holdOf(run, 1, { status: 'approved', closedAt: AT });
      const { answer, events } = await journal.amend(run, null, (view) => {
        expect(view.head).toEqual(head);
        expect(view.run).toMatchObject({ epoch: 1, owner: OWNER, summary: { crew: 'desk' } });
        expect(view.hold(holdIdOf(run, 1))).toEqual(holdOf(run));
        expect(view.hold(holdIdOf(run, 2))).toBeNull();
        return amendmentOf(run, view.head, { holds: [decided], status: 'held' });
      });
      expect(answer).toEqual({ recordedSeq: 2 });
      expect(await journal.read(run, { after: 1 })).toEqual(events);
      expect(await journal.hold(holdIdOf(run, 1))).toEqual(decided);
      expect(await journal.run(run)).toMatchObject({
        summary: { status: 'held' },
        head: { seq: 2, hash: events[0]?.hash },
      });
    });

    test('shows no hold of another run', async () => {
      await begin(run);
      await begin(runId('two'), { holds: [holdOf(runId('two'))] });
      await journal.amend(run, null, (view) => {
        expect(view.hold(holdIdOf(runId('two'), 1))).toBeNull();
        return amendmentOf(run, view.head);
      });
    });

    test('an owner that appends while others amend is told so, and nothing is lost', async () => {
      const head = await begin();
      const amended = journal.amend(run, null, (view) => amendmentOf(run, view.head));
      const append = journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
      await amended;
      await expect(append).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
      const now = await journal.head(run);
      await journal.append(appendOf(run, { head: now, drafts: [proposed('x')] }).batch);
      expect((await journal.read(run)).map(({ type }) => type)).toEqual([
        'run.started',
        'hold.commented',
        'task.proposed',
      ]);
      expect(verifyChain(await journal.read(run))).toMatchObject({ ok: true, count: 3 });
    });

    test('amendments made at once are decided one after the other, each on what the one before left', async () => {
      await begin(run, { holds: [holdOf(run)] });
      const decide = (by: string) =>
        journal.amend(run, null, (view) => {
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
      expect(await journal.read(run)).toHaveLength(2);
    });

    test('whatever decide throws comes out, and everything stays as it was', async () => {
      const head = await begin(run, { holds: [holdOf(run)] });
      const other = journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
      const failed = journal.amend(run, request('r1'), () => {
        throw new TypeError('no');
      });
      await expect(failed).rejects.toThrow(TypeError);
      await other;
      expect(await journal.read(run)).toHaveLength(2);
      expect(await journal.answered(request('r1'))).toBeNull();
    });

    test('an amendment that does not attach to the head is refused whole', async () => {
      const head = await begin();
      const wrong: Head = { ...head, seq: 7 };
      const amended = journal.amend(run, request('r1'), () =>
        amendmentOf(run, wrong, { holds: [holdOf(run)], wake: true }),
      );
      await expect(amended).rejects.toMatchObject({ code: 'INTERNAL' });
      expect(await journal.read(run)).toHaveLength(1);
      expect(await journal.hold(holdIdOf(run, 1))).toBeNull();
      expect(await journal.answered(request('r1'))).toBeNull();
    });

    test('a run that does not exist cannot be amended', async () => {
      const amended = journal.amend(run, null, (view) => amendmentOf(run, view.head));
      await expect(amended).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    });
  });

  describe(`${name}: the journal of no run`, () => {
    const demoted = (reason: string) =>
      draft('oversight.demoted', { key: 'k', level: null, cause: 'person', reason }, 'user:ana');
    const record = (reason: string, request: Request | null = null) =>
      journal.amendSystem(request, (head) => ({
        events: sealed(SYSTEM_JOURNAL, head, [demoted(reason)]),
        answer: { recordedSeq: head.seq + 1 },
      }));

    test('begins with its first event, chains, and is among no runs', async () => {
      await begin();
      await journal.rest(run, 1, await hashOf(run), summaryOf(run, { lastSeq: 1 }));
      expect(await journal.head(SYSTEM_JOURNAL)).toEqual(EMPTY_HEAD);
      expect(await Promise.all([record('a'), record('b')])).toMatchObject([
        { answer: { recordedSeq: 1 } },
        { answer: { recordedSeq: 2 } },
      ]);
      const events = await journal.read(SYSTEM_JOURNAL);
      expect(verifyChain(events)).toMatchObject({ ok: true, count: 2 });
      expect(await journal.head(SYSTEM_JOURNAL)).toEqual({ seq: 2, hash: events[1]?.hash, at: AT });
      expect(await journal.read(SYSTEM_JOURNAL, { after: 1 })).toEqual(events.slice(1));
      expect((await journal.runs({})).items.map(({ id }) => id)).toEqual([run]);
      expect(await journal.run(SYSTEM_JOURNAL)).toBeNull();
      expect(await journal.orphans([])).toEqual([]);
      expect(await journal.holds({})).toMatchObject({ items: [] });
    });

    test('a request counts once, and what throws or does not attach leaves nothing', async () => {
      const first = await record('a', request('s1'));
      expect(await record('a', request('s1'))).toEqual({ answer: first.answer, events: [] });
      const refuse = () => {
        throw new RangeError('no');
      };
      await expect(journal.amendSystem(request('s2'), refuse)).rejects.toThrow('no');
      const astray = () => ({ events: sealed(SYSTEM_JOURNAL, EMPTY_HEAD, [demoted('x')]), answer: null });
      await expect(journal.amendSystem(request('s3'), astray)).rejects.toMatchObject({ code: 'INTERNAL' });
      expect(await journal.read(SYSTEM_JOURNAL)).toHaveLength(1);
      expect(await journal.answered(request('s2'))).toBeNull();
    });
  });

  describe(`${name}: requests`, () => {
    test('a request sent again gets its first answer, and counts once', async () => {
      await begin();
      const send = () => journal.amend(run, request('r1'), (view) => amendmentOf(run, view.head));
      const [first, second] = await Promise.all([send(), send()]);
      expect(first.events).toHaveLength(1);
      expect(second).toEqual({ answer: first.answer, events: [] });
      expect(await send()).toEqual(second);
      expect(await journal.answered(request('r1'))).toEqual(first.answer);
      expect(await journal.read(run)).toHaveLength(2);
    });

    test('an id used for something else is refused', async () => {
      await begin();
      await journal.amend(run, request('r1'), (view) => amendmentOf(run, view.head));
      const reused = { ...request('r1'), content: 'c2' };
      const again = journal.amend(run, reused, (view) => amendmentOf(run, view.head));
      await expect(again).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED' });
      await expect(journal.answered(reused)).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED' });
      expect(await journal.read(run)).toHaveLength(2);
    });

    test('equal ids of different people never meet', async () => {
      await begin();
      await journal.amend(run, request('r1'), (view) => amendmentOf(run, view.head));
      expect(await journal.answered({ ...request('r1'), by: 'user:ben', content: 'other' })).toBeNull();
    });

    test('a start on request is answered once: the second starts nothing', async () => {
      const two = runId('two');
      await journal.append(appendOf(run, { request: { ...request('r1'), answer: run } }).batch);
      expect(await journal.answered(request('r1'))).toBe(run);
      const again = journal.append(appendOf(two, { request: { ...request('r1'), answer: two } }).batch);
      await expect(again).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
      const other = journal.append(appendOf(two, { request: { ...request('r1'), content: 'c2', answer: two } }).batch);
      await expect(other).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED' });
      expect(await journal.run(two)).toBeNull();
      expect(await journal.answered(request('r1'))).toBe(run);
    });
  });

  describe(`${name}: owning, resting, waking`, () => {
    test('rests a run whose head did not move: no owner, no work', async () => {
      await begin();
      expect(await journal.rest(run, 1, await hashOf(run), summaryOf(run, { lastSeq: 1, status: 'held' }))).toBe(true);
      expect(await journal.run(run)).toMatchObject({ owner: null, wake: false, epoch: 1, summary: { status: 'held' } });
      expect(await journal.orphans([])).toEqual([]);
      expect(await journal.claim(run, 'node_b')).toBeNull();
    });

    test('does not rest a run that was appended to meanwhile', async () => {
      const head = await begin();
      await wokenBy(run, head, true);
      expect(await journal.rest(run, 1, head.hash, summaryOf(run, { lastSeq: 1, status: 'held' }))).toBe(false);
      expect(await journal.run(run)).toMatchObject({ owner: OWNER, wake: true });
    });

    test('rests together with an append, or not at all where that is refused', async () => {
      const head = await begin();
      const next = appendOf(run, { head, drafts: [proposed('x')] });
      const held = summaryOf(run, { lastSeq: 2, status: 'held' });
      const [, rested] = await Promise.all([journal.append(next.batch), journal.rest(run, 1, next.head.hash, held)]);
      expect(rested).toBe(true);
      expect(await journal.run(run)).toMatchObject({ owner: null, wake: false, summary: { status: 'held' } });

      const other = runId('other');
      const begun = await begin(other);
      await wokenBy(other, begun, true);
      const late = appendOf(other, { head: begun, drafts: [proposed('x')] });
      const [refused, kept] = await Promise.allSettled([
        journal.append(late.batch),
        // As long as what the other one appended, and yet not it.
        journal.rest(other, 1, late.head.hash, summaryOf(other, { lastSeq: 2, status: 'held' })),
      ]);
      expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'SEQ_CONFLICT' } });
      expect(kept).toEqual({ status: 'fulfilled', value: false });
      expect(await journal.run(other)).toMatchObject({ owner: OWNER, wake: true });
    });

    test('an amendment wakes a resting run only if it makes work', async () => {
      const head = await begin();
      await journal.rest(run, 1, await hashOf(run), summaryOf(run, { lastSeq: 1, status: 'held' }));
      await wokenBy(run, head, false);
      expect(await journal.orphans([OWNER])).toEqual([]);
      await wokenBy(run, await journal.head(run), true);
      expect(await journal.orphans([OWNER])).toEqual([run]);
      await wokenBy(run, await journal.head(run), false);
      expect(await journal.orphans([OWNER])).toEqual([run]);
      expect(await journal.claim(run, 'node_b')).toEqual({ epoch: 2, from: null });
    });

    /** The epoch with which `node` took the run; undefined: it did not. */
    async function takenBy(node: string | null, wake = true, request: Request | null = null) {
      const amend = journal.amend(run, request, ({ head }) => amendmentOf(run, head, { wake, takeFor: node }));
      return (await amend).epoch;
    }

    test('an amendment takes a resting run in the same write, and raises its epoch', async () => {
      await begin();
      await journal.rest(run, 1, await hashOf(run), summaryOf(run, { lastSeq: 1, status: 'held' }));
      expect(await takenBy('node_b', false)).toBeUndefined();
      expect(await takenBy('node_b')).toBe(2);
      expect(await journal.run(run)).toMatchObject({ owner: 'node_b', epoch: 2, wake: true });
      const head = await journal.head(run);
      const zombie = journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
      await expect(zombie).rejects.toMatchObject({ code: 'OWNER_LOST' });
      await journal.append(appendOf(run, { head, epoch: 2, owner: 'node_b', drafts: [proposed('x')] }).batch);
    });

    test('an amendment takes no run that somebody owns, or that is woken already', async () => {
      await begin();
      expect(await takenBy('node_b')).toBeUndefined();
      expect(await journal.run(run)).toMatchObject({ owner: OWNER, epoch: 1 });
      await journal.rest(run, 1, await hashOf(run), summaryOf(run, { lastSeq: 2, status: 'held' }));
      expect(await takenBy(null)).toBeUndefined();
      expect(await takenBy('node_b')).toBeUndefined();
      expect(await journal.run(run)).toMatchObject({ owner: null, epoch: 1, wake: true });
    });

    test('of two amendments made at once one takes the run, and a request sent again takes nothing', async () => {
      await begin();
      await journal.rest(run, 1, await hashOf(run), summaryOf(run, { lastSeq: 1, status: 'held' }));
      const request = { by: 'user:ana', id: 'q', content: 'c' };
      expect(await Promise.all([takenBy('node_b', true, request), takenBy('node_c')])).toEqual([2, undefined]);
      expect(await takenBy('node_c', true, request)).toBeUndefined();
      expect(await journal.run(run)).toMatchObject({ owner: 'node_b', epoch: 2 });
    });

    test('claiming raises the epoch, and ends the owner before', async () => {
      const head = await begin();
      expect(await journal.claim(run, 'node_b')).toEqual({ epoch: 2, from: OWNER });
      const zombie = journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
      await expect(zombie).rejects.toMatchObject({ code: 'OWNER_LOST' });
      await expect(
        journal.rest(run, 1, head.hash, summaryOf(run, { lastSeq: 1, status: 'held' })),
      ).rejects.toMatchObject({
        code: 'OWNER_LOST',
      });
      await journal.append(appendOf(run, { head, epoch: 2, owner: 'node_b', drafts: [proposed('x')] }).batch);
      expect(await journal.run(run)).toMatchObject({ owner: 'node_b', epoch: 2, head: { seq: 2 } });
    });

    test('an old epoch is told that it lost, even where the head moved too', async () => {
      const head = await begin();
      await journal.claim(run, 'node_b');
      await wokenBy(run, head, false);
      const zombie = journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
      await expect(zombie).rejects.toMatchObject({ code: 'OWNER_LOST' });
    });

    test('of several claims at once one wins', async () => {
      await begin();
      for (const id of ['node_b', 'node_c']) await journal.enter(nodeRow(id));
      const claims = await Promise.all([journal.claim(run, 'node_b'), journal.claim(run, 'node_c')]);
      expect(claims).toEqual([{ epoch: 2, from: OWNER }, null]);
    });

    test('a run is claimed only from a node that is silent for 15 seconds, or by the same node', async () => {
      await begin();
      await journal.enter(nodeRow(OWNER, { seenAt: later(-14_000) }));
      expect(await journal.claim(run, 'node_b')).toBeNull();
      expect(await journal.claim(run, OWNER)).toEqual({ epoch: 2, from: OWNER });
      await journal.renew(OWNER, later(-16_000));
      expect(await journal.claim(run, 'node_b')).toEqual({ epoch: 3, from: OWNER });
      expect(await journal.claim(runId('none'), 'node_b')).toBeNull();
    });

    test('orphans are runs with work whose owner is not alive', async () => {
      await begin(run);
      await begin(runId('two'), { owner: 'node_b' });
      expect(await journal.orphans([OWNER])).toEqual(['run_two']);
      expect(await journal.orphans([])).toEqual(['run_one', 'run_two']);
      expect(await journal.orphans([OWNER, 'node_b'])).toEqual([]);
    });
  });

  describe(`${name}: deadlines`, () => {
    const due = async (ms: number) => (await journal.due(later(ms))).map(({ id }) => id.slice(-1));

    test('gives open holds whose reminder or due time has come, the earliest first', async () => {
      await begin(run, {
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
      const head = await begin(run, { holds: [hold] });
      await journal.amend(run, null, () => amendmentOf(run, head, { holds: [{ ...hold, reminded: true }] }));
      expect(await due(2_500)).toEqual([]);
      expect(await due(3_000)).toEqual(['1']);
      const next = await journal.head(run);
      await journal.amend(run, null, () =>
        amendmentOf(run, next, { holds: [{ ...hold, reminded: true, overdue: true }] }),
      );
      expect(await due(9_000)).toEqual([]);
    });
  });

  describe(`${name}: lists`, () => {
    test('runs, newest first, by status and crew, a page at a time', async () => {
      for (let n = 1; n <= 7; n++) {
        await begin(runId(`${n}`), {
          summary: { crew: n === 7 ? 'other' : 'desk', status: n % 2 ? 'held' : 'running' },
        });
      }
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await journal.runs({ crew: 'desk', limit: 2, cursor });
        pages.push(page.items.map(({ id }) => id));
        cursor = page.cursor ?? undefined;
      } while (cursor);
      expect(pages).toEqual([
        ['run_6', 'run_5'],
        ['run_4', 'run_3'],
        ['run_2', 'run_1'],
      ]);
      expect((await journal.runs({ status: 'held', crew: 'desk' })).items.map(({ id }) => id)).toEqual([
        'run_5',
        'run_3',
        'run_1',
      ]);
      expect(await journal.runs({ crew: 'none' })).toEqual({ items: [], cursor: null });
    });

    test('holds, newest first, by status, crew and run; a change keeps their place', async () => {
      const two = runId('two');
      const head = await begin(run, { holds: [holdOf(run, 1), holdOf(run, 2)] });
      await begin(two, { holds: [holdOf(two, 1, { crew: 'other' })] });
      await journal.amend(run, null, () => amendmentOf(run, head, { holds: [holdOf(run, 1, { status: 'rejected' })] }));
      const ids = async (query: Parameters<Journal['holds']>[0]) =>
        (await journal.holds(query)).items.map(({ id }) => id);
      expect(await ids({})).toEqual(['hold_two_1', 'hold_one_2', 'hold_one_1']);
      expect(await ids({ status: 'open' })).toEqual(['hold_two_1', 'hold_one_2']);
      expect(await ids({ status: 'open', crew: 'desk' })).toEqual(['hold_one_2']);
      expect(await ids({ runId: run, status: 'rejected' })).toEqual(['hold_one_1']);
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
      await begin(run, { holds });
      const found = async (query: Parameters<Journal['decided']>[0]) =>
        (await journal.decided(query)).items.map(({ hold: { id } }) => holds.findIndex((hold) => hold.id === id) + 1);
      expect(await found({})).toEqual([3, 4, 2]);
      expect(await found({ crew: 'desk' })).toEqual([3, 2]);
      expect(await found({ by: 'user:ana' })).toEqual([4, 2]);
      expect(await found({ by: 'user:cleo' })).toEqual([3]);
      expect(await found({ verdict: 'approve' })).toEqual([3]);
      expect(await found({ verdict: 'approve', by: 'user:ana' })).toEqual([]);
      expect(await found({ from: later(1_000), to: later(5_000) })).toEqual([4, 2]);
      expect(await found({ from: later(1_001) })).toEqual([3]);
      const page = await journal.decided({ limit: 2 });
      expect(page.items).toMatchObject([
        { hold: holds[2], entry: 1, decision: { verdict: 'approve', decidedBy: ['user:cleo', 'user:ben'] } },
        { hold: holds[3], entry: 0, decision: { verdict: 'reject', decidedBy: ['user:ana'] } },
      ]);
      expect(await found({ cursor: page.cursor ?? '' })).toEqual([2]);
      await expect(journal.decided({ cursor: 'x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      const { cursor } = await journal.holds({ limit: 1 });
      await expect(journal.decided({ cursor: cursor ?? '' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    });

    /** A hold on which something was decided at these times; the last closes it, unless it is `open`. */
    const decidedAt = (n: number, times: readonly number[], status: 'open' | 'approved' = 'approved') => {
      const entry = { by: 'user:ana', verdict: 'modify' as const, reason: null, reasonCode: null };
      const history = times.map((ms) => ({ ...entry, at: later(ms) }));
      return holdOf(run, n, { status, history, decidedBy: status === 'open' ? [] : ['user:ana'] });
    };
    const decisions = async (query: Parameters<Journal['decided']>[0] = {}) => {
      const { items, cursor } = await journal.decided(query);
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
      await begin(run, { holds });
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
      const head = await begin(run, { holds: [...before, holdOf(run, 6)] });
      const { cursor } = await decisions({ limit: 2 });
      const meanwhile = [decidedAt(2, [2_000, 6_000]), decidedAt(6, [7_000])];
      await journal.amend(run, null, () => amendmentOf(run, head, { holds: meanwhile }));
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
      for (const id of [run, other]) await begin(id, { holds: id === run ? [decidedAt(1, [1_000]), kept] : [] });
      await journal.rest(run, 1, await hashOf(run), summaryOf(run));
      await journal.erase(run, { seq: 1, seqs: [1], tasks: ['assess'], summary: summaryOf(run) });
      expect((await decisions()).shown).toEqual([[2, 2_000]]);
      await journal.remove(run, 1);
      expect((await decisions()).shown).toEqual([]);
      const again = { ...kept, id: holdIdOf(other, 2), runId: other };
      await journal.restore({ type: 'hold', runId: other, hold: again });
      expect((await decisions()).shown).toEqual([[2, 2_000]]);
    });

    test('a page goes on where it ended, whatever was opened or closed meanwhile', async () => {
      const head = await begin(run, { holds: [1, 2, 3, 4].map((n) => holdOf(run, n)) });
      const first = await journal.holds({ status: 'open', limit: 2 });
      await journal.amend(run, null, () =>
        amendmentOf(run, head, { holds: [holdOf(run, 4, { status: 'approved' }), holdOf(run, 5)] }),
      );
      const second = await journal.holds({ status: 'open', limit: 2, cursor: first.cursor ?? '' });
      expect(second.items.map(({ id }) => id)).toEqual(['hold_one_2', 'hold_one_1']);
      expect(second.cursor).toBeNull();
    });

    test('a page holds 50 unless asked otherwise, and at most 200', async () => {
      await begin(run, { holds: Array.from({ length: 205 }, (_, n) => holdOf(run, n + 1)) });
      const sizeOf = async (limit?: number) => (await journal.holds({ limit })).items.length;
      expect([await sizeOf(), await sizeOf(1), await sizeOf(1_000)]).toEqual([50, 1, 200]);
    });

    test('a cursor that no page gave is refused', async () => {
      await begin(run, { holds: [1, 2].map((n) => holdOf(run, n)) });
      const { cursor } = await journal.holds({ limit: 1 });
      await expect(journal.holds({ cursor: 'x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      await expect(journal.runs({ cursor: cursor ?? '' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    });
  });

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
        await journal.append(batch);
        const request: Request = { by: 'user:ana', id, content: 'c' };
        await journal.amend(id, request, () => ({
          ...amendmentOf(id, head),
          answer: { recordedSeq: 4, about: id } as never,
        }));
        await journal.rest(id, 1, await hashOf(id), summaryOf(id, { ...ended, lastSeq: 4 }));
      }
      return other;
    }

    test('an erasure takes content, values, holds and answers, and leaves a chain that verifies', async () => {
      const other = await two();
      await journal.erase(run, {
        ...{ seq: 4, seqs: [1, 3], tasks: ['assess'] },
        summary: summaryOf(run, { ...ended, lastSeq: 4 }),
      });
      const events = await journal.read(run);
      expect(events.map(({ data, salt }) => [data !== undefined, salt !== undefined])).toEqual([
        [false, false],
        [true, true],
        [false, false],
        [true, true],
      ]);
      expect(await journal.payloads(run)).toEqual([]);
      expect(verifyChain(events, { payloads: [] })).toMatchObject({ ok: true, count: 4, head: events.at(-1)?.hash });
      expect(await journal.hold(holdIdOf(run, 1))).toBeNull();
      expect(await journal.hold(holdIdOf(run, 2))).toMatchObject({ task: 'pay' });
      expect((await journal.run(run))?.summary).toMatchObject(ended);
      expect(await journal.answered({ by: 'user:ana', id: run, content: 'c' })).toBeNull();
      await journal.erase(run, { seq: 4, seqs: [2], tasks: null, summary: summaryOf(run, ended) });
      expect(await journal.hold(holdIdOf(run, 2))).toBeNull();

      expect(await journal.payloads(other)).toHaveLength(1);
      expect((await journal.read(other)).every(({ data }) => data !== undefined)).toBe(true);
      expect(await journal.hold(holdIdOf(other, 1))).not.toBeNull();
      expect(await journal.answered({ by: 'user:ana', id: other, content: 'c' })).not.toBeNull();
      const none = journal.erase(runId('none'), { seq: 4, seqs: [1], tasks: null, summary: summaryOf(run) });
      await expect(none).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    });

    test('a removed run is gone with all that belongs to it, and no other', async () => {
      const other = await two();
      expect(await journal.remove(run, 4)).toBe(true);
      expect(await journal.remove(run, 4)).toBe(false);
      expect(await journal.run(run)).toBeNull();
      expect(await journal.read(run)).toEqual([]);
      expect(await journal.payloads(run)).toEqual([]);
      expect((await journal.holds({})).items.map(({ id }) => id)).toEqual([holdIdOf(other, 2), holdIdOf(other, 1)]);
      expect((await journal.runs({})).items.map(({ id }) => id)).toEqual([other]);
      expect(await journal.answered({ by: 'user:ana', id: run, content: 'c' })).toBeNull();
      expect(verifyChain(await journal.read(other), { payloads: await journal.payloads(other) }).ok).toBe(true);
    });

    test('a run that moved on since it was read, or has work to do, is neither erased nor removed', async () => {
      await two();
      const whole = async () => [await journal.read(run), await journal.payloads(run), await journal.run(run)];
      const refused = async (seq: number) => {
        const before = await whole();
        const erasing = journal.erase(run, { seq, seqs: [1], tasks: null, summary: summaryOf(run, ended) });
        await expect(erasing).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
        await expect(journal.remove(run, seq)).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
        expect(await whole()).toEqual(before);
        expect((await journal.holds({ runId: run })).items).toHaveLength(2);
        expect(await journal.answered({ by: 'user:ana', id: run, content: 'c' })).not.toBeNull();
      };
      await refused(3);
      const head = await journal.head(run);
      await journal.amend(run, null, () => ({ ...amendmentOf(run, head), wake: true }));
      await refused(4);
      await refused(5);
    });
  });

  describe(`${name}: nodes and tokens`, () => {
    test('a node is seen from entering to leaving', async () => {
      const about = { version: '1.2.3', crews: ['desk'], atOnce: { runs: 9, crews: { desk: 2 }, models: {} } };
      await journal.enter(nodeRow('node_a', { about }));
      await journal.enter(nodeRow('node_b', { url: null, startedAt: later(1) }));
      expect(await journal.renew('node_a', later(5_000))).toBe(true);
      expect(await journal.renew('node_gone', later(5_000))).toBe(false);
      const nodes = await journal.nodes();
      expect(nodes).toMatchObject([
        nodeRow('node_a', { seenAt: later(5_000), about }),
        nodeRow('node_b', { url: null, startedAt: later(1) }),
      ]);
      // By the clock of the store, where it has one.
      for (const { silentMs, seenAt } of nodes)
        if (silentMs !== null) expect(silentMs).toBe(Math.max(0, NOW_MS - Date.parse(seenAt)));
      await journal.leave('node_a');
      expect((await journal.nodes()).map(({ id }) => id)).toEqual(['node_b']);
    });

    test('runs with work to do are told with the node that drives them, and those at rest are not', async () => {
      await begin(run, { owner: null });
      await begin(runId('two'));
      await begin(runId('three'));
      await journal.rest(runId('three'), 1, await hashOf(runId('three')), summaryOf(runId('three')));
      expect(await journal.underWay()).toEqual([
        { runId: run, crew: summaryOf(run).crew, owner: null },
        { runId: runId('two'), crew: summaryOf(run).crew, owner: OWNER },
      ]);
    });

    test('a token is found by its hash and revoked once', async () => {
      const { tokens } = journal;
      await tokens.add(tokenRow('t1'));
      await tokens.add(tokenRow('t2', { expiresAt: later(1), roles: [] }));
      expect(await tokens.byHash('hash of t1')).toEqual(tokenRow('t1'));
      expect(await tokens.byHash('t1')).toBeNull();
      expect(await tokens.revoke('t1', AT)).toBe(true);
      expect(await tokens.revoke('t1', later(9))).toBe(false);
      expect(await tokens.revoke('t3', AT)).toBe(false);
      expect(await tokens.list()).toEqual([
        tokenRow('t1', { revokedAt: AT }),
        tokenRow('t2', { expiresAt: later(1), roles: [] }),
      ]);
    });
  });

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
      await journal.restore({ type: 'run', runId: run, row, events, payloads });
      for (const hold of [holdOf(run, 2), holdOf(run, 1)]) await journal.restore({ type: 'hold', runId: run, hold });
      await journal.restore({ type: 'answer', answer: answered });
      expect(await journal.run(run)).toEqual(row);
      expect(await journal.head(run)).toEqual(row?.head);
      expect(await journal.read(run)).toEqual(events);
      expect(await journal.payloads(run)).toEqual(payloads);
      expect((await journal.holds({ runId: run })).items).toEqual([holdOf(run, 1), holdOf(run, 2)]);
      expect(await journal.answered(request('r1'))).toBe(run);
      expect(await journal.claim(run, 'node_c')).toEqual({ epoch: 3, from: 'node_b' });
    });

    test('nothing that is there already is written over, and no broken run is taken', async () => {
      const { batch, head } = appendOf(run, { holds: [holdOf(run)], request: { ...request('r1'), answer: 1 } });
      await journal.append(batch);
      const row = await journal.run(run);
      const part = { type: 'run', runId: run, row, events: batch.events, payloads: [] } as const;
      const parts: Restored[] = [
        part,
        { type: 'hold', runId: run, hold: holdOf(run, 1, { status: 'approved' }) },
        { type: 'answer', answer: { ...request('r1'), answer: 2 } },
      ];
      for (const each of parts) await expect(journal.restore(each)).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
      expect(await journal.hold(holdOf(run).id)).toEqual(holdOf(run));
      expect(await journal.answered(request('r1'))).toBe(1);
      const two = runId('two');
      const gap = sealed(two, head, [proposed('x')]);
      for (const events of [gap, []]) {
        await expect(journal.restore({ ...part, runId: two, events })).rejects.toMatchObject({ code: 'INTERNAL' });
      }
      expect(await journal.run(two)).toBeNull();
    });

    test('the journal of no run is restored once', async () => {
      const demoted = draft('oversight.demoted', { key: 'k', level: null, cause: 'person', reason: 'r' }, 'user:ana');
      const events = sealed(SYSTEM_JOURNAL, EMPTY_HEAD, [demoted, demoted]);
      const part = { type: 'run', runId: SYSTEM_JOURNAL, row: null, events, payloads: [] } as const;
      await journal.restore(part);
      expect(await journal.read(SYSTEM_JOURNAL)).toEqual(events);
      expect((await journal.runs({})).items).toEqual([]);
      await expect(journal.restore(part)).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
    });

    test('answers are listed each once, a part at a time', async () => {
      await begin();
      for (let n = 0; n < 7; n++) await journal.amend(run, request(`r${n}`), ({ head }) => amendmentOf(run, head));
      const found: string[] = [];
      let after: Request | null = null;
      do {
        const part = await journal.answers(after, 3);
        expect(part.length).toBeLessThanOrEqual(3);
        for (const { id, by, content } of part) expect({ id, by, content }).toEqual(request(id));
        found.push(...part.map(({ id }) => id));
        after = part.at(-1) ?? null;
      } while (after);
      expect(found.toSorted()).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6']);
    });
  });

  test(`${name}: closing twice is harmless`, async () => {
    const appended = journal.append(appendOf(run).batch);
    await Promise.all([journal.close(), journal.close()]);
    await appended;
  });

  test(`${name}: errors say what to do`, async () => {
    const head = await begin();
    await journal.claim(run, 'node_b');
    const error: HoldpointError = await journal
      .append(appendOf(run, { head, drafts: [commented(holdIdOf(run, 1), 'x')] }).batch)
      .then(
        () => expect.unreachable(),
        (reason: HoldpointError) => reason,
      );
    expect(error.message).toBe('Run run_one was taken over: its epoch is 2, not 1. Stop working on it here.');
  });
}

function request(id: string): Request {
  return { by: 'user:ana', id, content: 'c1' };
}

function nodeRow(id: string, changes: Partial<NodeRow> = {}): NodeRow {
  return { id, pid: 7, host: 'h', url: 'http://127.0.0.1:1', startedAt: AT, seenAt: AT, ...changes };
}

function tokenRow(id: string, changes: Partial<TokenRow> = {}): TokenRow {
  const given = { id, hash: `hash of ${id}`, user: 'user:ana', roles: ['reviewer', 'admin'], groups: ['leads'] };
  return { ...given, createdAt: AT, expiresAt: null, revokedAt: null, ...changes };
}
