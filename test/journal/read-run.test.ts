import { expect, test } from 'vitest';
import { draft } from '../../src/crew/events.ts';
import { type HoldId, holdIdOf } from '../../src/ids.ts';
import { EMPTY_HEAD, type JournalEvent } from '../../src/journal/envelope.ts';
import { toRunEvents } from '../../src/journal/read-run.ts';
import { AT, runId, sampleRun, sealed } from '../support/sample-journal.ts';

const { run, events, payloads } = sampleRun();
const erased = events.map((event): JournalEvent => {
  const { data: _data, salt: _salt, ...bare } = event;
  return event.seq === 2 ? bare : event;
});
const broken = (seq: number, message: RegExp) =>
  expect.objectContaining({
    code: 'JOURNAL_BROKEN',
    details: { runId: run, seq },
    message: expect.stringMatching(message),
  });

test('gives the events of a run with their large values in place', () => {
  const read = toRunEvents(events, payloads);
  expect(read.map(({ seq, type, by, at }) => [seq, type, by, at])).toEqual([
    [1, 'run.started', 'system', AT],
    [2, 'task.proposed', 'system', AT],
    [3, 'task.proposed', 'system', AT],
    [4, 'hold.commented', 'user:ben', AT],
  ]);
  expect(read[2]?.data).toMatchObject({ output: payloads[0]?.value });
});

test('refuses a run without one of its large values', () => {
  expect(() => toRunEvents(events, [])).toThrow(
    broken(3, /^Event 3 \(task\.proposed\) of run run_sample cannot be read: the value \w+ that it names is missing/),
  );
});

test('refuses erased data, or leaves the event out where that is allowed', () => {
  expect(() => toRunEvents(erased, payloads)).toThrow(
    expect.objectContaining({ code: 'RUN_ERASED', details: { runId: run, seq: 2 } }),
  );
  expect(toRunEvents(erased, payloads, { allowErased: true }).map(({ seq }) => seq)).toEqual([1, 3, 4]);
});

test('refuses data that the type does not have, and a type that this version does not know', () => {
  const changed = (change: object) => () => toRunEvents([{ ...events[3], ...change } as JournalEvent], payloads);
  expect(changed({ data: { holdId: 'h', text: 1 } })).toThrow(broken(4, /at text/));
  expect(changed({ data: { holdId: 'h', text: 'x', extra: 1 } })).toThrow(broken(4, /extra/));
  expect(changed({ type: 'run.exploded' })).toThrow(broken(4, /Update holdpoint/));
  expect(changed({ type: 'constructor' })).toThrow(broken(4, /Update holdpoint/));
});

test('refuses a run of a later version, and says that it is one', () => {
  const later = { ...events[0], data: { ...(events[0]?.data as object), machines: 2 } } as JournalEvent;
  expect(() => toRunEvents([later], payloads)).toThrow(broken(1, /a later version of holdpoint wrote it/));
});

test('a comment that looks like a reference stays a text', () => {
  const text = JSON.stringify({ $ref: 'a'.repeat(64) });
  const hold: HoldId = holdIdOf(runId('x'), 1);
  const [event] = toRunEvents(sealed(run, EMPTY_HEAD, [draft('hold.commented', { holdId: hold, text })]), []);
  expect(event?.data).toEqual({ holdId: hold, text });
});
