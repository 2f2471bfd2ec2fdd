import { z } from 'zod';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import type { RunId } from '../ids.ts';
import { digestOf } from '../json/digest.ts';
import { dataHashOf, GENESIS, hashOf, JournalEvent } from './envelope.ts';
import { type ParsedRun, parseLines } from './export.ts';
import type { End } from './journal-line.ts';
import { type Payload, refsOf } from './payloads.ts';
import { type Steps, toEnd } from './steps.ts';

/** `head`: the hash of the last event. `seq`: the event that is wrong, 0 where no event is to blame. */
export type Verified =
  | { readonly ok: true; readonly count: number; readonly head: string }
  | { readonly ok: false; readonly seq: number; readonly problem: string };

export interface VerifyOptions {
  readonly payloads?: readonly Payload[] | undefined;
  /** The head that the caller knows: the only proof that the tail was not cut or written anew. */
  readonly head?: string | undefined;
  /** The end line of an export; null where it is missing, which is a failure. Absent: not an export. */
  readonly end?: End | null | undefined;
}

/** Of what is compared with the event before, and of hashes that are made anew, no shape is left open. */
const LaterEvent = JournalEvent.extend({ run: z.string(), seq: z.number(), prev: z.string(), hash: z.string() });

/**
 * Checks a run's events from the first on: shape, order without gaps, hashes, data (unless erased) and large values. What
 * passes is as it was written, except that without `head` whoever can write the file could have replaced all of it.
 */
export function verifyChain(events: readonly unknown[], options: VerifyOptions = {}): Verified {
  return toEnd(verifySteps(events, options));
}

/** Events checked in a step. */
const STEP = 200;

/** The same, for whoever has others waiting. */
export function* verifySteps(
  events: readonly unknown[],
  { payloads = [], head, end }: VerifyOptions = {},
): Steps<Verified> {
  const unnamed = new Map(payloads.map((payload) => [payload.digest, payload]));
  const values = new Map(unnamed);
  let last: Place = { seq: 0, hash: GENESIS, run: null };
  for (const given of events) {
    const seq = last.seq + 1;
    const parsed = (last.run === null ? JournalEvent : LaterEvent).safeParse(given);
    if (!parsed.success) return wrong(seq, z.prettifyError(parsed.error).replaceAll(/\s+/g, ' '));
    const event = parsed.data as JournalEvent;
    const refs = refsOf(event.data);
    const problem = chainProblem(event, last) ?? dataProblem(event) ?? payloadProblem(refs, values);
    if (problem) return wrong(seq, problem);
    for (const digest of refs) unnamed.delete(digest);
    last = event;
    if (event.seq % STEP === 0) yield;
  }
  const [stray] = unnamed.keys();
  if (stray !== undefined) return { ok: false, seq: 0, problem: `no event names the payload ${stray}` };
  return endProblem(last, end, head) ?? { ok: true, count: last.seq, head: last.hash };
}

export function verifyRun({ events, payloads, end, source }: ParsedRun, options: { head?: string } = {}): Verified {
  return verifyChain(events, { payloads, head: options.head, end: source === 'log' ? undefined : end });
}

export interface VerifiedRun {
  /** Null where the file could not be read so far as to name it. */
  readonly run: RunId | null;
  readonly result: Verified;
}

/** Checks every run of an export or a log; text that cannot be read is a failure like any other.
 *  @throws `USAGE` if `head` is given and the text holds several runs, each of which is sound. */
export function verifyExport(text: string, options: { head?: string } = {}): VerifiedRun[] {
  return verifyLines(text.split('\n'), options);
}

/** The same for a text that is too long to be one string. */
export function verifyLines(lines: Iterable<string>, options: { head?: string } = {}): VerifiedRun[] {
  let runs: ParsedRun[];
  try {
    runs = parseLines(lines);
  } catch (error) {
    if (!isHoldpointError(error, 'JOURNAL_BROKEN')) throw error;
    return [{ run: null, result: { ok: false, seq: 0, problem: error.message } }];
  }
  if (runs.length === 0) return [{ run: null, result: { ok: false, seq: 0, problem: 'there is no journal in it' } }];
  if (runs.length === 1 || options.head === undefined)
    return runs.map((run) => ({ run: run.run, result: verifyRun(run, options) }));
  // A line whose run id was changed is a run of its own too: what is broken is said first.
  const broken = runs.map((run) => ({ run: run.run, result: verifyRun(run) })).filter(({ result }) => !result.ok);
  if (broken.length > 0) return broken;
  throw new HoldpointError('USAGE', `The file holds ${runs.length} runs and a head is of one. Export that run alone.`);
}

interface Place {
  readonly seq: number;
  readonly hash: string;
  readonly run: RunId | null;
}

function chainProblem(event: JournalEvent, last: Place): string | null {
  if (last.run !== null && event.run !== last.run) return `it belongs to run ${event.run}, not ${last.run}`;
  if (event.seq !== last.seq + 1) return `event ${event.seq} stands in its place`;
  if (event.prev !== last.hash) return 'its prev is not the hash of the event before it';
  if (!isHash(event.hash, () => hashOf(event))) return 'its fields do not match its hash';
  return null;
}

function dataProblem({ data, salt, dataHash }: JournalEvent): string | null {
  if (data === undefined && salt === undefined) return null;
  if (salt === undefined) return 'its salt is missing';
  if (data === undefined) return 'its data are missing, but not its salt';
  return isHash(dataHash, () => dataHashOf(salt, data)) ? null : 'its data do not match dataHash';
}

function payloadProblem(refs: readonly string[], payloads: ReadonlyMap<string, Payload>): string | null {
  for (const digest of refs) {
    const payload = payloads.get(digest);
    if (!payload) return `the payload ${digest} that it names is missing`;
    if (!isHash(digest, () => digestOf(payload.value))) return `the payload ${digest} does not match its digest`;
  }
  return null;
}

function endProblem(last: Place, end: End | null | undefined, head: string | undefined): Verified | null {
  const problem = (text: string): Verified => ({ ok: false, seq: last.seq, problem: text });
  if (end === null) return problem('the end line is missing: the export was cut off');
  if (end && end.count !== last.seq) return problem(`the end line counts ${end.count} events, there are ${last.seq}`);
  if (end && end.head !== last.hash) return problem(`the end line names the head ${end.head}, it is ${last.hash}`);
  if (head !== undefined && head !== last.hash) {
    return problem(`the head is ${last.hash}, not ${head}: the tail was cut off or written anew`);
  }
  return null;
}

/** Values that have no canonical JSON (a lone surrogate) cannot have been sealed. */
function isHash(expected: string, hash: () => string): boolean {
  try {
    return hash() === expected;
  } catch (error) {
    if (isHoldpointError(error, 'JSON_INVALID')) return false;
    throw error;
  }
}

function wrong(seq: number, problem: string): Verified {
  return { ok: false, seq, problem: `event ${seq}: ${problem}` };
}
