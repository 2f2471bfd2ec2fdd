import { expect, test } from 'vitest';
import { EMPTY_HEAD, type JournalEvent } from '../../src/journal/envelope.ts';
import { exportLines } from '../../src/journal/export.ts';
import { verifyChain, verifyExport } from '../../src/journal/verify.ts';
import { proposed, runId, sampleRun, sealed, started } from '../support/sample-journal.ts';

const { run, events, payloads } = sampleRun();
const lines = [...exportLines(run, events, payloads)];
const text = `${lines.join('\n')}\n`;
const head = events.at(-1)?.hash ?? '';

function problemOf(changed: string, options: { head?: string } = {}): string | null {
  const [first] = verifyExport(changed, options);
  return first?.result.ok === false ? first.result.problem : null;
}
const without = (index: number) => lines.filter((_, at) => at !== index).join('\n');
const swapped = (index: number) =>
  lines
    .with(index, lines[index + 1] ?? '')
    .with(index + 1, lines[index] ?? '')
    .join('\n');

test('passes a journal as it was written, from a store and from an export', () => {
  expect(verifyChain(events, { payloads, head })).toEqual({ ok: true, count: 4, head });
  expect(verifyExport(text, { head })).toEqual([{ run, result: { ok: true, count: 4, head } }]);
  expect(verifyChain([])).toEqual({ ok: true, count: 0, head: EMPTY_HEAD.hash });
});

test('notices every single bit that is changed', () => {
  const bytes = Buffer.from(text);
  const missed: string[] = [];
  // The last byte is the line end after the end line.
  for (let at = 0; at < bytes.length - 1; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[at] = (bytes[at] ?? 0) ^ (1 << bit);
      if (problemOf(changed.toString()) === null) missed.push(`byte ${at}, bit ${bit}`);
    }
  }
  expect(missed).toEqual([]);
}, 120_000);

test('notices a line that is missing, doubled, or in another place', () => {
  for (const index of lines.keys()) {
    expect(problemOf(without(index)), `without line ${index + 1}`).not.toBeNull();
    expect(
      problemOf(lines.toSpliced(index, 0, lines[index] ?? '').join('\n')),
      `line ${index + 1} twice`,
    ).not.toBeNull();
    if (index > 0) expect(problemOf(swapped(index - 1)), `lines ${index} and ${index + 1} swapped`).not.toBeNull();
  }
});

test('notices a file that was cut off anywhere', () => {
  for (let length = 0; length < text.length - 1; length++) expect(problemOf(text.slice(0, length))).not.toBeNull();
});

test('says what is wrong where', () => {
  const changed = (seq: number, change: Partial<JournalEvent>) =>
    verifyChain(
      events.map((event) => (event.seq === seq ? { ...event, ...change } : event)),
      { payloads },
    );
  const zero = '0'.repeat(64);
  expect(changed(2, { data: { task: 'other' } })).toEqual({
    ok: false,
    seq: 2,
    problem: 'event 2: its data do not match dataHash',
  });
  expect(changed(2, { by: 'user:eve' })).toMatchObject({
    seq: 2,
    problem: 'event 2: its fields do not match its hash',
  });
  expect(changed(3, { prev: zero })).toMatchObject({
    problem: 'event 3: its prev is not the hash of the event before it',
  });
  expect(changed(3, { seq: 4 })).toMatchObject({ seq: 3, problem: 'event 3: event 4 stands in its place' });
  expect(changed(4, { run: runId('other') })).toMatchObject({
    problem: 'event 4: it belongs to run run_other, not run_sample',
  });
  expect(changed(1, { v: 2 as 1 })).toMatchObject({ seq: 1, problem: expect.stringContaining('at v') });
  expect(changed(1, { data: { text: '\ud800' } })).toMatchObject({
    problem: 'event 1: its data do not match dataHash',
  });
  expect(verifyChain(events)).toMatchObject({
    seq: 3,
    problem: expect.stringMatching(/^event 3: the payload \w+ that it names is missing/),
  });
  const other = payloads.map(({ digest }) => ({ digest, value: 'other' }));
  expect(verifyChain(events, { payloads: other })).toMatchObject({
    seq: 3,
    problem: expect.stringMatching(/does not match its digest/),
  });
  const stray = [...payloads, { digest: zero, value: 1 }];
  expect(verifyChain(events, { payloads: stray })).toMatchObject({
    seq: 0,
    problem: `no event names the payload ${zero}`,
  });
});

test('says that the end line is missing, or does not fit', () => {
  expect(problemOf(lines.slice(0, -1).join('\n'))).toBe('the end line is missing: the export was cut off');
  const end = (count: number, hash: string) => JSON.stringify({ v: 1, run, end: { count, head: hash } });
  expect(problemOf([...lines.slice(0, -1), end(5, head)].join('\n'))).toBe('the end line counts 5 events, there are 4');
  expect(problemOf([...lines.slice(0, -1), end(4, 'a'.repeat(64))].join('\n'))).toMatch(
    /^the end line names the head a+, it is /,
  );
});

test('a tail written anew passes only as long as nobody knows the head', () => {
  const forged = [
    ...events.slice(0, 1),
    ...sealed(run, { ...EMPTY_HEAD, seq: 1, hash: events[0]?.hash ?? '' }, [proposed('forged')]),
  ];
  const file = [...exportLines(run, forged, [])].join('\n');
  expect(problemOf(file)).toBeNull();
  expect(problemOf(file, { head })).toMatch(/the tail was cut off or written anew$/);
});

test('erased data leave a chain that verifies; half an erasure does not', () => {
  const erase = (members: (keyof JournalEvent)[]) =>
    events.map((event) =>
      event.seq === 2
        ? Object.fromEntries(Object.entries(event).filter(([key]) => !members.includes(key as 'data')))
        : event,
    );
  expect(verifyChain(erase(['data', 'salt']), { payloads, head })).toMatchObject({ ok: true, count: 4 });
  expect(verifyChain(erase(['salt']), { payloads })).toMatchObject({ seq: 2, problem: 'event 2: its salt is missing' });
  expect(verifyChain(erase(['data']), { payloads })).toMatchObject({
    problem: 'event 2: its data are missing, but not its salt',
  });
});

test('checks each run of a file, and refuses one head for several', () => {
  const other = runId('other');
  const second = [...exportLines(other, sealed(other, EMPTY_HEAD, [started()]), [])].join('\n');
  expect(verifyExport(`${text}${second}`).map(({ run: id, result }) => [id, result.ok])).toEqual([
    [run, true],
    [other, true],
  ]);
  expect(() => verifyExport(`${text}${second}`, { head })).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

test('a changed run id is a break in the chain, also where the head is known', () => {
  for (const index of lines.keys()) {
    const changed = lines.with(index, (lines[index] ?? '').replace('run_sample', 'run_simple')).join('\n');
    expect(problemOf(changed, { head }), `line ${index + 1}`).not.toBeNull();
  }
});

test('a file without a journal fails', () => {
  expect(problemOf('')).toBe('there is no journal in it');
  expect(problemOf('SQLite format 3')).toMatch(/^Line 1 cannot be read: it is not JSON/);
});
