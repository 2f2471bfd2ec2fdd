import { z } from 'zod';
import { HoldpointError } from '../errors.ts';
import type { RunId } from '../ids.ts';
import { GENESIS, type JournalEvent } from './envelope.ts';
import { type End, type JournalLine, parseJournalLine } from './journal-line.ts';
import { type Payload, refsOf } from './payloads.ts';

/** The lines of a run's export, without line ends: each large value before the event that uses it, the end line last. */
export function* exportLines(
  runId: RunId,
  events: Iterable<JournalEvent>,
  payloads: readonly Payload[],
): Generator<string, void> {
  const waiting = new Map(payloads.map((payload) => [payload.digest, payload]));
  const end: End = { count: 0, head: GENESIS };
  for (const { v, run, seq, at, type, by, data, salt, dataHash, prev, hash } of events) {
    for (const digest of refsOf(data)) {
      const payload = waiting.get(digest);
      if (payload) yield JSON.stringify({ v: 1, run: runId, payload });
      waiting.delete(digest);
    }
    yield JSON.stringify({ v, run, seq, at, type, by, data, salt, dataHash, prev, hash });
    end.count++;
    end.head = hash;
  }
  yield JSON.stringify({ v: 1, run: runId, end });
}

/** One run as a file had it. */
export interface ParsedRun {
  readonly run: RunId;
  /** By the shape of each line only: `verifyRun` checks the chain. */
  readonly events: readonly JournalEvent[];
  readonly payloads: readonly Payload[];
  /** Null where there is no end line: a log never has one, an export was cut off. */
  readonly end: End | null;
  readonly source: 'export' | 'log';
}

/** The runs of an exported journal, or of a pino log with journal lines among others. Blank lines are passed over.
 *  @throws `JOURNAL_BROKEN` naming the first line that cannot be understood. */
export function parseExport(text: string): ParsedRun[] {
  return parseLines(text.split('\n'));
}

/** The same for a text that is too long to be one string. */
export function parseLines(lines: Iterable<string>): ParsedRun[] {
  const found = [...recogniseAll(lines)];
  const isLog = found.some(({ kind }) => kind === 'logged' || kind === 'other');
  const runs = new Map<RunId, OpenRun>();
  for (const line of found) {
    // A log also carries what other programs print into it; in an export every line counts.
    if (line.kind === 'stranger' && !isLog) throw atLine(line.number, line.problem);
    if (line.kind === 'line' || line.kind === 'logged') collect(runs, readLine(line.number, line.value), line);
  }
  return [...runs.values()].map(finish);
}

function* recogniseAll(lines: Iterable<string>): Generator<Recognised & { readonly number: number }> {
  let number = 0;
  for (const line of lines) {
    number++;
    const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
    if (!/^[ \t\r]*$/.test(text)) yield { ...recognise(text), number };
  }
}

type Recognised =
  | { readonly kind: 'line' | 'logged'; readonly value: object }
  | { readonly kind: 'other' }
  | { readonly kind: 'stranger'; readonly problem: string };

function recognise(text: string): Recognised {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'stranger', problem: 'it is not JSON. Was it cut off or changed?' };
  }
  if (!isObject(value)) return { kind: 'stranger', problem: 'it is not a line of a journal' };
  if ('level' in value && 'time' in value) {
    const { msg, journal } = value as { msg?: unknown; journal?: unknown };
    return msg === 'journal' && isObject(journal) ? { kind: 'logged', value: journal } : { kind: 'other' };
  }
  if ('v' in value && 'run' in value) return { kind: 'line', value };
  return { kind: 'stranger', problem: 'it is not a line of a journal' };
}

interface OpenRun {
  readonly run: RunId;
  readonly events: JournalEvent[];
  readonly payloads: Map<string, Payload>;
  /** Payloads that no event has named yet. */
  readonly waiting: Set<string>;
  end: End | null;
  isLogged: boolean;
}

function openRun(run: RunId): OpenRun {
  return { run, events: [], payloads: new Map(), waiting: new Set(), end: null, isLogged: false };
}

function collect(runs: Map<RunId, OpenRun>, line: JournalLine, at: { kind: 'line' | 'logged'; number: number }): void {
  const run = runs.get(line.run) ?? openRun(line.run);
  runs.set(line.run, run);
  run.isLogged ||= at.kind === 'logged';
  const problem = run.isLogged ? null : orderProblem(run, line);
  if (problem) throw atLine(at.number, problem);
  if ('end' in line) run.end = line.end;
  else if ('payload' in line) {
    run.payloads.set(line.payload.digest, line.payload);
    run.waiting.add(line.payload.digest);
  } else {
    run.events.push(line);
    run.waiting.clear();
  }
}

/** What is out of place in an export: each payload stands before the first event that names it, and the end is last. */
function orderProblem({ run, payloads, waiting, end }: OpenRun, line: JournalLine): string | null {
  if (end) return `it follows the end line of run ${run}`;
  if ('payload' in line) {
    return payloads.has(line.payload.digest) ? `the payload ${line.payload.digest} was given before` : null;
  }
  const refs = 'end' in line ? [] : refsOf(line.data);
  const missing = refs.find((digest) => !payloads.has(digest));
  if (missing) return `the payload ${missing} that it names does not precede it`;
  const stray = [...waiting].find((digest) => !refs.includes(digest));
  return stray ? `it does not name the payload ${stray} that stands before it` : null;
}

/** In a log the lines of several processes may be out of order, and one file may have been joined twice. */
function finish({ run, events, payloads, end, isLogged }: OpenRun): ParsedRun {
  const unique = isLogged ? [...new Map(events.map((event) => [event.hash, event])).values()] : events;
  if (isLogged) unique.sort((a, b) => a.seq - b.seq);
  return { run, events: unique, payloads: [...payloads.values()], end, source: isLogged ? 'log' : 'export' };
}

function readLine(number: number, value: object): JournalLine {
  const parsed = parseJournalLine(value);
  if (parsed.success) return parsed.data;
  throw atLine(number, z.prettifyError(parsed.error).replaceAll(/\s+/g, ' '));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function atLine(line: number, problem: string): HoldpointError {
  return new HoldpointError(
    'JOURNAL_BROKEN',
    `Line ${line} cannot be read: ${problem}${/[.?]$/.test(problem) ? '' : '.'}`,
    { details: { line } },
  );
}
