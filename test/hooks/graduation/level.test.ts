import { describe, expect, test } from 'vitest';
import {
  advise,
  type Candidate,
  type Evidence,
  graduatedTier,
  levelBelow,
} from '../../../src/hooks/graduation/level.ts';

const enough: Evidence = { clean: 73, bad: 0, reviewers: 2, days: 14 };

function adviceOn(evidence: Partial<Evidence>, changes: Partial<Candidate> = {}) {
  return advise({
    level: 'approval',
    reversible: true,
    raisedTo: null,
    ...changes,
    evidence: { ...enough, ...evidence },
  });
}

describe('advice', () => {
  test('73 clean decisions by two people over 14 days may be signed for, 72 may not', () => {
    expect(adviceOn({})).toMatchObject({ next: 'supervised', promotable: true, missing: [], pointsToPass: 73 });
    expect(adviceOn({ clean: 72 })).toMatchObject({
      promotable: false,
      missing: ['1 more clean decisions (72 of 73 points).'],
    });
  });

  test('from supervised to automatic it takes 185', () => {
    expect(adviceOn({ clean: 185 }, { level: 'supervised' })).toMatchObject({ next: 'automatic', promotable: true });
    expect(adviceOn({ clean: 184 }, { level: 'supervised' }).promotable).toBe(false);
    expect(adviceOn({ clean: 9_999 }, { level: 'automatic' })).toMatchObject({ next: null, promotable: false });
  });

  test.each([
    ['one reviewer', { reviewers: 1 }, {}, /2 named reviewers/],
    ['thirteen days', { days: 13.9 }, {}, /14 days \(13 so far\)/],
    ['no undo', {}, { reversible: false }, /never graduates/],
    ['a task that insists', {}, { raisedTo: 'approval' as const }, /raises the tool/],
    ['a bad item', { clean: 111, bad: 1 }, {}, /more clean/],
  ])('%s stands in the way', (_what, evidence, changes, said) => {
    const { promotable, missing } = adviceOn(evidence, changes);
    expect(promotable).toBe(false);
    expect(missing).toEqual([expect.stringMatching(said)]);
  });
});

describe('a graduated tier', () => {
  test('is never above the own one, never for people, never without undo', () => {
    expect(graduatedTier('approval', 'supervised', true)).toBe('supervised');
    expect(graduatedTier('approval', 'automatic', true)).toBe('automatic');
    expect(graduatedTier('automatic', 'supervised', true)).toBe('automatic');
    expect(graduatedTier('approval', null, true)).toBe('approval');
    expect(graduatedTier('human', 'automatic', true)).toBe('human');
    expect(graduatedTier('approval', 'automatic', false)).toBe('approval');
  });

  test('falls back one level, to none where that is the own one', () => {
    expect(levelBelow('automatic', 'approval')).toBe('supervised');
    expect(levelBelow('supervised', 'approval')).toBeNull();
    expect(levelBelow('automatic', 'supervised')).toBeNull();
  });
});
