import { expect, test } from 'vitest';
import { inReach, withoutDetours } from '../../web/src/runs/graph-layout.ts';
import { PLACES, ticksOf } from '../../web/src/runs/ticks.ts';

test('a long run has as many marks along its time as can be told apart, and the weightiest of each place', () => {
  const ended = Array.from({ length: 20_000 }, (_, index) => ({ seq: index + 1, type: 'task.completed' as const }));
  const events = ended.map((event) => {
    if (event.seq === 10_000) return { ...event, type: 'task.failed' as const };
    return event.seq === 5_000 || event.seq === 10_001 ? { ...event, type: 'hold.opened' as const } : event;
  });
  const ticks = ticksOf(events, 20_000);
  expect(ticks).toHaveLength(PLACES + 1);
  expect(ticks.filter(({ mark }) => mark !== 'completed')).toEqual([
    { place: PLACES / 4, mark: 'held' },
    { place: PLACES / 2, mark: 'failed' },
  ]);
});

test('a graph is drawn without detours, also where each task waits for all before it', () => {
  const keys = Array.from({ length: 60 }, (_, index) => `t${index}`);
  const drawn = withoutDetours(keys.map((key, index) => ({ key, after: keys.slice(0, index) })));
  expect(drawn.map(({ after }) => after)).toEqual(keys.map((_, index) => (index === 0 ? [] : [keys[index - 1]])));
});

test('of a wide graph the tasks around one are in reach', () => {
  const places = new Map(Array.from({ length: 10 }, (_, index) => [`t${index}`, { x: index * 250 }] as const));
  expect(inReach(places, 't5', 10_000)).toHaveLength(10);
  expect(inReach(places, 't5', 800)).toEqual(['t4', 't5', 't6']);
  expect(inReach(places, 't0', 800)).toEqual(['t0', 't1', 't2']);
  expect(inReach(places, 't9', 800)).toEqual(['t7', 't8', 't9']);
  expect(inReach(places, undefined, 800)).toEqual(['t0', 't1', 't2']);
  expect(inReach(places, 't5', 100)).toEqual(['t5']);
});
