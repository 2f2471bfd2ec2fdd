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
  return parseLines(text.replace(/^\uFEFF/, '').split('\n'));
}

export function parseLines(lines: Iterable<string>): ParsedRun[] {
  const runs = new Map<RunId, OpenRun>();
  let isLog = false;
  let stranger: HoldpointError | null = null;
  let number = 0;
  for (const text of lines) {
    number++;
    if (/^[ \t\r]*$/.test(text)) continue;
    const found = recognise(text);
    if (found.kind === 'stranger') {
      stranger ??= atLine(number, found.problem);
    } else {
      if (found.kind !== 'line') isLog = true;
      if (found.kind !== 'other')
        collect(runs, readLine(number, found.value), { number, isLogged: found.kind === 'logged' });
    }
  }
  // A log also carries what other programs print into it; in an export every line counts.
  if (stranger && !isLog) throw stranger;
  return [...runs.values()].map(finish);
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
  end: End | null;
  isLogged: boolean;
}

function collect(runs: Map<RunId, OpenRun>, line: JournalLine, at: { number: number; isLogged: boolean }): void {
  const run: OpenRun = runs.get(line.run) ?? {
    run: line.run,
    events: [],
    payloads: new Map(),
    end: null,
    isLogged: false,
  };
  runs.set(line.run, run);
  run.isLogged ||= at.isLogged;
  if (run.end) throw atLine(at.number, `it follows the end line of run ${run.run}`);
  if ('end' in line) run.end = line.end;
  else if ('payload' in line) {
    const { digest } = line.payload;
    if (run.payloads.has(digest) && !at.isLogged) throw atLine(at.number, `the payload ${digest} was given before`);
    run.payloads.set(digest, line.payload);
  } else {
    const missing = at.isLogged ? undefined : refsOf(line.data).find((digest) => !run.payloads.has(digest));
    if (missing) throw atLine(at.number, `the payload ${missing} that event ${line.seq} names does not precede it`);
    run.events.push(line);
  }
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
  return new HoldpointError('JOURNAL_BROKEN', `Line ${line} cannot be read: ${problem}.`, { details: { line } });
}
