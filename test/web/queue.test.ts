import { describe, expect, test } from 'vitest';
import { pick } from '../../web/src/queue/batch.ts';
import { neighbour, successor } from '../../web/src/queue/queue-items.ts';
import { matchesFilter, orderQueue } from '../../web/src/queue/queue-order.ts';
import { sampleHold } from './sample-hold.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const due = (dueAt: string, overdue = false) => ({ review: { dueAt, overdue } });

describe('the queue', () => {
  test('stands in bands: overdue, human, approval, confirm', () => {
    const bands = orderQueue(
      [
        sampleHold({ id: 'after', kind: 'after' }),
        sampleHold({ id: 'action' }),
        sampleHold({ id: 'question', kind: 'question' }),
        sampleHold({ id: 'late', ...due('2026-11-20T11:00:00Z') }),
        sampleHold({ id: 'said-late', kind: 'after', ...due('2026-11-20T13:00:00Z', true) }),
      ],
      NOW,
    );
    expect(bands.map(({ band, holds }) => [band, holds.map(({ id }) => id)])).toEqual([
      ['overdue', ['late', 'said-late']],
      ['human', ['question']],
      ['approval', ['action']],
      ['confirm', ['after']],
    ]);
  });

  test('puts the nearer deadline first, then what more tasks wait for, and no deadline last', () => {
    const [band] = orderQueue(
      [
        sampleHold({ id: 'none' }),
        sampleHold({ id: 'later', ...due('2026-11-20T18:00:00Z') }),
        sampleHold({ id: 'soon', ...due('2026-11-20T13:00:00Z') }),
        sampleHold({ id: 'soon-and-many', blocks: ['a', 'b'], ...due('2026-11-20T13:01:00Z') }),
      ],
      NOW,
    );
    expect(band?.holds.map(({ id }) => id)).toEqual(['soon-and-many', 'soon', 'later', 'none']);
  });

  test('mixes what is equal, the same way each time', () => {
    const ids = Array.from({ length: 30 }, (_, index) => `hold_${index}`);
    const order = (from: string[]) =>
      orderQueue(
        from.map((id) => sampleHold({ id })),
        NOW,
      )[0]?.holds.map(({ id }) => id);
    expect(order(ids)).toEqual(order([...ids].reverse()));
    expect(order(ids)).not.toEqual(ids);
  });

  test('is filtered by every word that was typed', () => {
    const hold = sampleHold();
    expect(matchesFilter(hold, 'refund 81-a')).toBe(true);
    expect(matchesFilter(hold, 'refund 82-a')).toBe(false);
    expect(matchesFilter(hold, '  ')).toBe(true);
  });

  test('moves on to the next, or back where there is none', () => {
    const holds = ['a', 'b', 'c'].map((id) => sampleHold({ id }));
    expect(successor(holds, 'a')?.id).toBe('b');
    expect(successor(holds, 'c')?.id).toBe('b');
    expect(successor([holds[0]!], 'a')).toBeUndefined();
    expect(neighbour(holds, 'c', 1)?.id).toBe('c');
    expect(neighbour(holds, null, 1)?.id).toBe('a');
  });

  test('lets only outputs and what can be undone be approved together, of one type', () => {
    const [a, b] = [sampleHold({ id: 'a' }), sampleHold({ id: 'b' })];
    expect(pick(pick([], a), b)).toEqual([a, b]);
    expect(pick([a, b], a)).toEqual([b]);
    const mail = sampleHold({ id: 'm', impact: { summary: 'Mail', reversible: false } });
    expect(pick([a], mail)).toEqual([a]);
    const output = sampleHold({ id: 'o', kind: 'after', action: null });
    expect(pick([a, b], output)).toEqual([output]);
    expect(pick([], sampleHold({ id: 'q', review: { quorum: 2 } }))).toEqual([]);
  });
});
