import { describe, expect, test } from 'vitest';
import type { RunDelta, RunEvent } from '../../src/client/index.ts';
import { type Streams, stillOpen, withDelta } from '../../web/src/runs/streaming.ts';

const delta = (text: string, change: Partial<RunDelta> = {}): RunDelta => ({
  runId: 'run_1' as RunDelta['runId'],
  task: 'pattern',
  attempt: 1,
  step: 1,
  offset: 0,
  part: 'output',
  text,
  ...change,
});
const heard = (...deltas: RunDelta[]): Streams => deltas.reduce<Streams>(withDelta, new Map());
const said = (streams: Streams, task = 'pattern') => streams.get(task)?.output;
const event = (type: string, data: unknown) => ({ type, data }) as RunEvent;

describe('what streams', () => {
  test('of two agents side by side, each keeps its own text', () => {
    const streams = heard(
      delta('Three '),
      delta('Pay ', { task: 'pay' }),
      delta('claims', { offset: 6 }),
      delta('it', { task: 'pay', offset: 4 }),
    );
    expect(said(streams)).toEqual({ start: 0, text: 'Three claims' });
    expect(said(streams, 'pay')).toEqual({ start: 0, text: 'Pay it' });
  });

  test('begins anew with the next step, and with a try after one that failed', () => {
    const failed = heard(delta('Three claims'), delta('Two', { offset: 0 }));
    expect(said(failed)).toEqual({ start: 0, text: 'Two' });
    const next = withDelta(failed, delta('Next', { step: 2 }));
    expect(said(next)).toEqual({ start: 0, text: 'Next' });
    // What comes late of a step that is over changes nothing.
    expect(withDelta(next, delta(' claims', { offset: 3 }))).toBe(next);
  });

  test('heard from the middle on, says that something is missing before', () => {
    expect(said(heard(delta('claims', { offset: 6 }), delta(' more', { offset: 12 })))).toEqual({
      start: 6,
      text: 'claims more',
    });
  });

  test('keeps the end of what is very long', () => {
    const long = heard(delta('x'.repeat(30_000)), delta('end', { offset: 30_000 }));
    expect(said(long)).toMatchObject({ start: 10_003 });
    expect(said(long)?.text).toMatch(/xend$/);
  });

  test('ends with the event that records it, or with its task; not with the step before', () => {
    const streams = heard(delta('Two', { step: 2 }), delta('Pay', { task: 'pay' }));
    const open = (...events: RunEvent[]) => stillOpen(streams, events).map(({ task }) => task);
    expect(open(event('model.responded', { task: 'pattern', attempt: 1, step: 1 }))).toEqual(['pattern', 'pay']);
    expect(open(event('model.responded', { task: 'pattern', attempt: 1, step: 2 }))).toEqual(['pay']);
    expect(open(event('task.failed', { task: 'pay' }))).toEqual(['pattern']);
  });
});
