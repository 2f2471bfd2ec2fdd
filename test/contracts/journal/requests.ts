import { describe, expect, test } from 'vitest';
import { draft } from '../../../src/crew/events.ts';
import { SYSTEM_JOURNAL } from '../../../src/ids.ts';
import { EMPTY_HEAD } from '../../../src/journal/envelope.ts';
import type { Request } from '../../../src/journal/journal.ts';
import { verifyChain } from '../../../src/journal/verify.ts';
import { AT, amendmentOf, appendOf, runId, sealed, summaryOf } from '../../support/sample-journal.ts';
import { journalDesk, type OpenJournal, run } from './journal-desk.ts';

/** What counts once: the journal of no run, and requests. */
export function requests(name: string, open: OpenJournal): void {
  const desk = journalDesk(open);

  describe(`${name}: the journal of no run`, () => {
    const demoted = (reason: string) =>
      draft('oversight.demoted', { key: 'k', level: null, cause: 'person', reason }, 'user:ana');
    const record = (reason: string, request: Request | null = null) =>
      desk.journal.amendSystem(request, (head) => ({
        events: sealed(SYSTEM_JOURNAL, head, [demoted(reason)]),
        answer: { recordedSeq: head.seq + 1 },
      }));

    test('begins with its first event, chains, and is among no runs', async () => {
      await desk.begin();
      await desk.journal.rest(run, 1, await desk.hashOf(run), summaryOf(run, { lastSeq: 1 }));
      expect(await desk.journal.head(SYSTEM_JOURNAL)).toEqual(EMPTY_HEAD);
      expect(await Promise.all([record('a'), record('b')])).toMatchObject([
        { answer: { recordedSeq: 1 } },
        { answer: { recordedSeq: 2 } },
      ]);
      const events = await desk.journal.read(SYSTEM_JOURNAL);
      expect(verifyChain(events)).toMatchObject({ ok: true, count: 2 });
      expect(await desk.journal.head(SYSTEM_JOURNAL)).toEqual({ seq: 2, hash: events[1]?.hash, at: AT });
      expect(await desk.journal.read(SYSTEM_JOURNAL, { after: 1 })).toEqual(events.slice(1));
      expect((await desk.journal.runs({})).items.map(({ id }) => id)).toEqual([run]);
      expect(await desk.journal.run(SYSTEM_JOURNAL)).toBeNull();
      expect(await desk.orphans([])).toEqual([]);
      expect(await desk.journal.holds({})).toMatchObject({ items: [] });
    });

    test('a request counts once, and what throws or does not attach leaves nothing', async () => {
      const first = await record('a', request('s1'));
      expect(await record('a', request('s1'))).toEqual({ answer: first.answer, events: [] });
      const refuse = () => {
        throw new RangeError('no');
      };
      await expect(desk.journal.amendSystem(request('s2'), refuse)).rejects.toThrow('no');
      const astray = () => ({ events: sealed(SYSTEM_JOURNAL, EMPTY_HEAD, [demoted('x')]), answer: null });
      await expect(desk.journal.amendSystem(request('s3'), astray)).rejects.toMatchObject({ code: 'INTERNAL' });
      expect(await desk.journal.read(SYSTEM_JOURNAL)).toHaveLength(1);
      expect(await desk.journal.answered(request('s2'))).toBeNull();
    });

    test('says how far it goes together with the answer to a request', async () => {
      await desk.begin();
      const asked = (id: string) => desk.journal.answeredAndSystem(request(id));
      expect(await asked('s1')).toEqual({ answer: null, systemSeq: 0 });
      const { answer } = await record('a', request('s1'));
      await record('b');
      expect(await asked('s1')).toEqual({ answer, systemSeq: 2 });
      expect(await asked('s2')).toEqual({ answer: null, systemSeq: 2 });
      const reused = desk.journal.answeredAndSystem({ ...request('s1'), content: 'c2' });
      await expect(reused).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED' });
    });

    test('is known as of the last write, whoever wrote it before that', async () => {
      const reasonsIn = async () =>
        (await desk.journal.read(SYSTEM_JOURNAL, { asOfLastWrite: true })).map(({ data }) => data);
      await desk.begin();
      await desk.journal.rest(run, 1, await desk.hashOf(run), summaryOf(run, { lastSeq: 1 }));
      await record('one');
      // A node takes the run with it: what it looks at right behind that write is what was recorded before.
      const taking = { wake: true, takeFor: 'node_b' };
      expect((await desk.journal.amend(run, null, ({ head }) => amendmentOf(run, head, taking))).epoch).toBe(2);
      expect(await reasonsIn()).toMatchObject([{ reason: 'one' }]);
      await record('two');
      expect(await reasonsIn()).toMatchObject([{ reason: 'one' }, { reason: 'two' }]);
    });
  });

  describe(`${name}: requests`, () => {
    test('a request sent again gets its first answer, and counts once', async () => {
      await desk.begin();
      const send = () => desk.journal.amend(run, request('r1'), (view) => amendmentOf(run, view.head));
      const [first, second] = await Promise.all([send(), send()]);
      expect(first.events).toHaveLength(1);
      expect(second).toEqual({ answer: first.answer, events: [] });
      expect(await send()).toEqual(second);
      expect(await desk.journal.answered(request('r1'))).toEqual(first.answer);
      expect(await desk.journal.read(run)).toHaveLength(2);
    });

    test('an id used for something else is refused', async () => {
      await desk.begin();
      await desk.journal.amend(run, request('r1'), (view) => amendmentOf(run, view.head));
      const reused = { ...request('r1'), content: 'c2' };
      const again = desk.journal.amend(run, reused, (view) => amendmentOf(run, view.head));
      await expect(again).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED' });
      await expect(desk.journal.answered(reused)).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED' });
      expect(await desk.journal.read(run)).toHaveLength(2);
    });

    test('equal ids of different people never meet', async () => {
      await desk.begin();
      await desk.journal.amend(run, request('r1'), (view) => amendmentOf(run, view.head));
      expect(await desk.journal.answered({ ...request('r1'), by: 'user:ben', content: 'other' })).toBeNull();
    });

    test('a start on request is answered once: the second starts nothing', async () => {
      const two = runId('two');
      await desk.journal.append(appendOf(run, { request: { ...request('r1'), answer: run } }).batch);
      expect(await desk.journal.answered(request('r1'))).toBe(run);
      const again = desk.journal.append(appendOf(two, { request: { ...request('r1'), answer: two } }).batch);
      await expect(again).rejects.toMatchObject({ code: 'SEQ_CONFLICT' });
      const other = desk.journal.append(
        appendOf(two, { request: { ...request('r1'), content: 'c2', answer: two } }).batch,
      );
      await expect(other).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED' });
      expect(await desk.journal.run(two)).toBeNull();
      expect(await desk.journal.answered(request('r1'))).toBe(run);
    });
  });
}

function request(id: string): Request {
  return { by: 'user:ana', id, content: 'c1' };
}
