import { describe, expect, test } from 'vitest';
import { holdIdOf } from '../../../src/ids.ts';
import { EMPTY_HEAD, type Head, type JournalEvent } from '../../../src/journal/envelope.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { lift } from '../../../src/journal/payloads.ts';
import { verifyChain } from '../../../src/journal/verify.ts';
import { AT, appendOf, holdOf, OWNER, proposed, runId, started } from '../../support/sample-journal.ts';
import { journalDesk, type OpenJournal, run } from './journal-desk.ts';

/** What an append promises. */
export function appending(name: string, open: OpenJournal): void {
  const desk = journalDesk(open);

  describe(`${name}: appending`, () => {
    test('reads the events of one type, after a seq, up to a limit', async () => {
      const { batch, head } = appendOf(run);
      await desk.journal.append(batch);
      await desk.journal.append(appendOf(run, { head, drafts: [proposed('a'), proposed('b'), proposed('c')] }).batch);
      const seqs = async (options: Parameters<Journal['read']>[1]) =>
        (await desk.journal.read(run, options)).map(({ seq }) => seq);
      expect(await seqs({ type: 'task.proposed' })).toEqual([2, 3, 4]);
      expect(await seqs({ type: 'task.proposed', after: 2, limit: 1 })).toEqual([3]);
      expect(await seqs({ type: 'run.completed' })).toEqual([]);
      expect(await seqs({ after: 1, limit: 2 })).toEqual([2, 3]);
    });

    test('keeps events exactly, so that their chain verifies as read', async () => {
      const odd = { ключ: '\u0000\u001f\u2028"\\ \u{1f600}', '10': '1', '9': '-0', ['__proto__']: 'own' };
      const { batch, head } = appendOf(run, { drafts: [started(odd), proposed('ok')] });
      await desk.journal.append(batch);
      expect(await desk.journal.read(run)).toEqual(batch.events);
      expect(await desk.journal.head(run)).toEqual(head);
      expect(verifyChain(await desk.journal.read(run), { head: head.hash })).toMatchObject({ ok: true, count: 2 });
    });

    test('keeps large values beside the events, each once', async () => {
      const { data, payloads } = lift(proposed('a long text').data, 4);
      const draft = { ...proposed(''), data } as ReturnType<typeof proposed>;
      const head = await desk.begin(run, { drafts: [started(), draft], payloads });
      await desk.journal.append(appendOf(run, { head, drafts: [draft], payloads }).batch);
      expect(await desk.journal.payloads(run)).toEqual(payloads);
      expect(verifyChain(await desk.journal.read(run), { payloads })).toMatchObject({ ok: true, count: 3 });
    });

    test('a new run has its starter as owner, epoch 1, and work to do', async () => {
      const head = await desk.begin();
      const row = await desk.journal.run(run);
      expect(row).toMatchObject({ head, owner: OWNER, epoch: 1, wake: true, fingerprint: 'f1' });
    });

    test('an append moves head, summary and fingerprint together', async () => {
      const first = await desk.begin();
      const { batch, head } = appendOf(run, {
        head: first,
        drafts: [proposed('x')],
        summary: { status: 'held' },
        fingerprint: 'f2',
      });
      await desk.journal.append(batch);
      expect(await desk.journal.run(run)).toMatchObject({
        head,
        summary: { status: 'held', lastSeq: 2 },
        fingerprint: 'f2',
        wake: true,
      });
    });

    test('a second start of a run is a conflict', async () => {
      await desk.begin();
      await expect(desk.journal.append(appendOf(run).batch)).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
      expect(await desk.journal.read(run)).toHaveLength(1);
    });

    test('an append after another head writes nothing at all', async () => {
      const head = await desk.begin();
      await desk.journal.append(appendOf(run, { head, drafts: [proposed('first')] }).batch);
      const late = appendOf(run, {
        head,
        drafts: [proposed('a'), proposed('b')],
        holds: [holdOf(run)],
        summary: { status: 'failed' },
      });
      await expect(desk.journal.append(late.batch)).rejects.toMatchObject({
        code: 'SEQ_CONFLICT',
        details: { seq: 2 },
      });
      expect(await desk.journal.read(run)).toHaveLength(2);
      expect(await desk.journal.hold(holdIdOf(run, 1))).toBeNull();
      expect((await desk.journal.run(run))?.summary.status).toBe('running');
    });

    test('a head of equal seq and other hash is a conflict', async () => {
      const head = await desk.begin();
      const other = appendOf(run, { head: { ...head, hash: '1'.repeat(64) }, drafts: [proposed('x')] });
      await expect(desk.journal.append(other.batch)).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
    });

    test('of appends made at once, those that do not match fail alone', async () => {
      const heads = new Map<number, Head>();
      for (const n of [1, 2, 3]) heads.set(n, await desk.begin(runId(`${n}`)));
      const append = (n: number, head: Head | undefined) =>
        desk.journal.append(
          appendOf(runId(`${n}`), { head: head ?? EMPTY_HEAD, drafts: [proposed('x'), proposed('y')] }).batch,
        );
      const stale: Head = { seq: 9, hash: '9'.repeat(64), at: AT };
      const results = await Promise.allSettled([append(1, heads.get(1)), append(2, stale), append(3, heads.get(3))]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect((await Promise.all([1, 2, 3].map((n) => desk.journal.head(runId(`${n}`))))).map(({ seq }) => seq)).toEqual(
        [3, 1, 3],
      );
    });

    test('of two appends after the same head made at once, the first wins', async () => {
      const head = await desk.begin();
      const [a, b] = ['a', 'b'].map((text) =>
        desk.journal.append(appendOf(run, { head, drafts: [proposed(text)] }).batch),
      );
      await a;
      await expect(b).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
      expect(await desk.journal.head(run)).toMatchObject({ seq: 2 });
    });

    test('events that do not attach to their head are refused as a bug', async () => {
      const head = await desk.begin();
      const { batch } = appendOf(run, { head, drafts: [proposed('a'), proposed('b')] });
      const gap = { ...batch, events: batch.events.slice(1) };
      const foreign = { ...batch, events: appendOf(runId('two')).batch.events };
      for (const bad of [gap, foreign])
        await expect(desk.journal.append(bad)).rejects.toMatchObject({ code: 'INTERNAL' });
      expect(await desk.journal.read(run)).toHaveLength(1);
    });

    test.each([0, 1])(
      'an append that fails in the middle leaves nothing, and spares those beside it (%i)',
      async (others) => {
        const head = await desk.begin();
        const { batch } = appendOf(run, {
          head,
          drafts: [proposed('a'), proposed('b')],
          summary: { status: 'failed' },
        });
        const unstorable = batch.events.with(1, { ...(batch.events[1] as JournalEvent), data: { output: 1n } });
        const two = runId('two');
        const beside = [appendOf(two).batch].slice(0, others);
        const batches = [{ ...batch, events: unstorable }, ...beside];
        const results = await Promise.allSettled(batches.map((each) => desk.journal.append(each)));
        expect(results.map(({ status }) => status)).toEqual(['rejected', ...beside.map(() => 'fulfilled')]);
        expect(await desk.journal.read(run)).toHaveLength(1);
        expect(await desk.journal.run(run)).toMatchObject({ head, summary: { status: 'running' } });
        expect(await desk.journal.read(two)).toHaveLength(others);
      },
    );

    test('an append to a run that does not exist is refused', async () => {
      const head: Head = { seq: 3, hash: '3'.repeat(64), at: AT };
      await expect(desk.journal.append(appendOf(run, { head }).batch)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    });

    test('reads from after a seq, up to a limit; an unknown run has no events', async () => {
      await desk.begin(run, { drafts: [started(), proposed('2'), proposed('3'), proposed('4')] });
      expect((await desk.journal.read(run, { after: 1, limit: 2 })).map(({ seq }) => seq)).toEqual([2, 3]);
      expect(await desk.journal.read(runId('none'))).toEqual([]);
      expect(await desk.journal.head(runId('none'))).toEqual(EMPTY_HEAD);
      expect(await desk.journal.run(runId('none'))).toBeNull();
    });

    test('nobody can change what is stored through what he gave or got', async () => {
      const { batch } = appendOf(run, { holds: [holdOf(run)] });
      const before = structuredClone(batch);
      await desk.journal.append(batch);
      (batch.summary as { crew: string }).crew = 'changed';
      for (const event of [batch.events[0], (await desk.journal.read(run))[0]])
        (event as { by: string }).by = 'changed';
      const hold = await desk.journal.hold(holdIdOf(run, 1));
      hold?.comments.push({ by: 'user:eve', text: 'x', at: AT });
      expect(await desk.journal.read(run)).toEqual(before.events);
      expect((await desk.journal.run(run))?.summary).toEqual(before.summary);
      expect(await desk.journal.hold(holdIdOf(run, 1))).toEqual(holdOf(run));
    });
  });
}
