import { describe, expect, test } from 'vitest';
import type { Me } from '../../src/client/index.ts';
import { emptyDesk, openCount, shownHolds, withHold, withList } from '../../web/src/desk/desk-state.ts';
import { tellWinner } from '../../web/src/desk/lost-race.ts';
import { afterAck, afterEvent } from '../../web/src/desk/progress.ts';
import { keepDraft, readDraft } from '../../web/src/drafts.ts';
import { routeOf } from '../../web/src/router.ts';
import { showDuration } from '../../web/src/text/show-time.ts';
import { sampleHold } from './sample-hold.ts';

const ME: Me = { user: 'user:ana', roles: ['reviewer'], groups: [], expiresAt: null };
const shownIds = (state: ReturnType<typeof emptyDesk>) => shownHolds(state).map(({ id }) => id);

describe('what the page knows', () => {
  test('lets nothing late undo what is newer', () => {
    const closed = withHold(emptyDesk(ME), sampleHold({ seq: 9, status: 'approved' }));
    expect(withHold(closed, sampleHold({ seq: 5 }))).toBe(closed);
    expect(shownIds(withList(closed, [sampleHold({ seq: 5 })], new Map()))).toEqual([]);
  });

  test('keeps new holds above the list while somebody reads', () => {
    const state = withHold(emptyDesk(ME), sampleHold(), { arrives: true });
    expect(shownIds(state)).toEqual([]);
    expect(openCount(state)).toBe(1);
    expect(withHold(state, sampleHold({ seq: 6, status: 'cancelled' })).arrived.size).toBe(0);
  });

  test('drops what closed while the connection was lost, and keeps what opened during the reading', () => {
    const before = withHold(withHold(emptyDesk(ME), sampleHold({ id: 'gone' })), sampleHold({ id: 'there' }));
    const during = withHold(before, sampleHold({ id: 'new' }));
    const after = withList(during, [sampleHold({ id: 'there' })], before.holds);
    expect(shownIds(after)).toEqual(['there', 'new']);
    expect(after.loaded).toBe(true);
  });
});

describe('the progress of a decision', () => {
  const followed = { hold: sampleHold(), verdict: 'approve', seq: 57 } as const;
  const closed = sampleHold({ status: 'approved' });

  test('goes from recorded to running to done, and says until when it can be undone', () => {
    expect(afterAck(followed, closed).progress).toMatchObject({ step: 'recorded', seq: 57 });
    const event = (type: string, data: object) =>
      afterEvent(followed, { type, data: { actionId: 'act_1', ...data }, seq: 58 } as never);
    expect(event('action.started', {})?.progress.step).toBe('running');
    expect(event('action.succeeded', { undoUntil: '2026-11-20T10:10:00Z' })).toEqual({
      progress: { step: 'done', seq: 57, words: 'done' },
      undoable: { runId: 'run_1', actionId: 'act_1', until: '2026-11-20T10:10:00Z' },
    });
    expect(event('action.failed', { error: { message: 'card closed' } })?.progress).toMatchObject({
      words: 'it failed: card closed',
    });
  });

  test('is not moved by other actions and tasks', () => {
    const other = { type: 'action.succeeded', data: { actionId: 'act_2', task: 'lookup' }, seq: 58 } as never;
    expect(afterEvent(followed, other)).toBeNull();
  });

  test('says that one vote is not yet a decision', () => {
    const open = sampleHold({ review: { quorum: 2, votes: [{ by: 'user:ana', verdict: 'approve' }] } });
    expect(afterAck(followed, open).progress).toMatchObject({ step: 'done', words: 'vote recorded, 1 of 2' });
  });

  test('tells the loser of a race who won', () => {
    const winner = {
      status: 'rejected',
      by: 'user:ben',
      verdict: 'reject',
      reason: 'wrong amount',
      at: '2026-11-20T10:00:00.000Z',
    };
    expect(tellWinner(winner, Date.parse('2026-11-20T10:00:02.400Z'))).toBe(
      'ben rejected this 2 s before you: wrong amount',
    );
    expect(tellWinner({ ...winner, by: null, verdict: null, status: 'expired' }, 0)).toContain('deadline');
  });
});

describe('small things', () => {
  test('a draft belongs to a hold and its digest', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
    keepDraft(storage, { id: 'h', digest: 'd1' }, { reason: 'Only two' });
    expect(readDraft(storage, { id: 'h', digest: 'd1' })).toEqual({ reason: 'Only two' });
    expect(readDraft(storage, { id: 'h', digest: 'd2' })).toEqual({});
    keepDraft(storage, { id: 'h', digest: 'd1' }, { reason: '' });
    expect(kept.size).toBe(0);
  });

  test.each([
    [41_000, '41 s'],
    [9 * 60_000, '9 min'],
    [(3 * 60 + 12) * 60_000, '3 h 12 m'],
    [(3 * 60 + 5) * 60_000, '3 h 05 m'],
    [26 * 3_600_000, '1 d 2 h'],
    [24 * 3_600_000, '1 d'],
  ])('%d ms are %s', (ms, words) => {
    expect(showDuration(ms)).toBe(words);
  });

  test('addresses name their page', () => {
    expect(routeOf('/holds/hold_1')).toEqual({ page: 'hold', holdId: 'hold_1' });
    expect(routeOf('/runs/run_1')).toEqual({ page: 'run', runId: 'run_1' });
    expect(routeOf('/audit')).toEqual({ page: 'audit' });
    expect(routeOf('/holds')).toEqual({ page: 'queue' });
  });
});
