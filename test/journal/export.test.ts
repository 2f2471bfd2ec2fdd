import { expect, test } from 'vitest';
import { EMPTY_HEAD } from '../../src/journal/envelope.ts';
import { exportLines, parseExport } from '../../src/journal/export.ts';
import { verifyRun } from '../../src/journal/verify.ts';
import { runId, sampleRun, sealed, started } from '../support/sample-journal.ts';

const { run, events, payloads } = sampleRun();
const lines = [...exportLines(run, events, payloads)];
const logLine = (journal: unknown) => JSON.stringify({ level: 30, time: 1, pid: 1, msg: 'journal', journal });
const otherLine = JSON.stringify({ level: 30, time: 1, msg: 'listening', run: 'x', v: 1 });

test('what was exported is read back whole', () => {
  expect(parseExport(lines.join('\n'))).toEqual([
    { run, events, payloads, end: { count: 4, head: events[3]?.hash }, source: 'export' },
  ]);
});

test('writes each large value once, before the event that uses it, and the end last', () => {
  const kinds = lines.map((line) => Object.keys(JSON.parse(line) as object).join());
  const event = 'v,run,seq,at,type,by,data,salt,dataHash,prev,hash';
  expect(kinds).toEqual([event, event, 'v,run,payload', event, event, 'v,run,end']);
});

test('an export of an erased event has neither data nor salt', () => {
  const { data: _data, salt: _salt, ...bare } = events[1] ?? expect.unreachable();
  const [, line] = exportLines(run, events.with(1, bare), payloads);
  expect(Object.keys(JSON.parse(line ?? '') as object)).toEqual([
    'v',
    'run',
    'seq',
    'at',
    'type',
    'by',
    'dataHash',
    'prev',
    'hash',
  ]);
});

test('blank lines, a byte order mark and Windows line ends do no harm', () => {
  const [parsed] = parseExport(`\uFEFF${lines.join('\r\n\r\n')}\r\n\n  \n`);
  expect(parsed && verifyRun(parsed)).toMatchObject({ ok: true, count: 4 });
});

test('errors name the line', () => {
  const at = (index: number, line: string) => () => parseExport(lines.with(index, line).join('\n'));
  expect(at(1, '{"v":1,')).toThrow(/^Line 2 cannot be read: it is not JSON/);
  expect(at(2, '[]')).toThrow(/^Line 3 cannot be read: it is not a line of a journal/);
  expect(at(3, '{"v":1,"run":"run_sample","seq":0}')).toThrow(/^Line 4 cannot be read: .*seq/);
  expect(at(3, JSON.stringify({ ...events[2], type: 'run.exploded' }))).toThrow(/^Line 4 cannot be read: .*type/);
  expect(at(2, '')).toThrow(/^Line 4 cannot be read: the payload \w+ that it names does not precede it/);
  expect(at(0, '5')).toThrow(expect.objectContaining({ code: 'JOURNAL_BROKEN', details: { line: 1 } }));
  expect(() => parseExport([...lines, lines[0]].join('\n'))).toThrow(/^Line 7 cannot be read: it follows the end line/);
});

test('reads the runs out of a log among other lines; a log has no end line', () => {
  const other = runId('other');
  const second = sealed(other, EMPTY_HEAD, [started()]);
  const payload = { v: 1, run, payload: payloads[0] };
  const log = [
    'Server listening at http://127.0.0.1:4600',
    logLine(events[0]),
    otherLine,
    logLine(second[0]),
    '    at Object.<anonymous> (crew.ts:3:1)',
    ...[payload, ...events.slice(1)].map(logLine),
  ];
  const runs = parseExport(log.join('\n'));
  expect(runs).toEqual([
    { run, events, payloads, end: null, source: 'log' },
    { run: other, events: second, payloads: [], end: null, source: 'log' },
  ]);
  expect(runs.map((parsed) => verifyRun(parsed).ok)).toEqual([true, true]);
});

test('log lines of two processes may be doubled and out of order', () => {
  const [first, second, third, fourth] = events.map(logLine);
  const log = [third, logLine({ v: 1, run, payload: payloads[0] }), fourth, first, second, third].join('\n');
  const [parsed] = parseExport(log);
  expect(parsed?.events).toEqual(events);
  expect(parsed && verifyRun(parsed)).toMatchObject({ ok: true, count: 4 });
});

test('a log with a gap is read, and does not verify', () => {
  const [parsed] = parseExport([events[0], events[2], events[3]].map(logLine).join('\n'));
  expect(parsed && verifyRun(parsed)).toMatchObject({ ok: false, seq: 2 });
});

test('a spoilt journal line in a log is an error, not a stranger', () => {
  expect(() => parseExport([otherLine, logLine({ ...events[0], seq: 'x' })].join('\n'))).toThrow(
    /^Line 2 cannot be read/,
  );
});
