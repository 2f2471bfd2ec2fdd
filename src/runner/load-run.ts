import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RunEvent } from '../crew/events.ts';
import { fold } from '../crew/fold.ts';
import type { RunState } from '../crew/run-state.ts';
import { type HoldpointError, isHoldpointError } from '../errors.ts';
import type { RunId } from '../ids.ts';
import { type Head, headOf, type JournalEvent } from '../journal/envelope.ts';
import type { Journal } from '../journal/journal.ts';
import { runNotFound } from '../journal/preconditions.ts';
import { toRunEvents } from '../journal/read-run.ts';

export interface LoadedRun {
  readonly state: RunState;
  readonly head: Head;
}

/** A run's state from its journal, after all its events or (with `upTo`) the first ones. @throws `RUN_NOT_FOUND` */
export async function loadRun(journal: Journal, runId: RunId, upTo?: number): Promise<LoadedRun> {
  const events = await journal.read(runId, upTo === undefined ? {} : { limit: upTo });
  const state = await foldOn(journal, null, runId, events);
  if (!state) throw runNotFound(runId);
  return { state, head: headOf(events) };
}

/** The same run after what was appended since, by whomever. */
export async function catchUp(journal: Journal, run: LoadedRun): Promise<LoadedRun> {
  const events = await journal.read(run.state.id, { after: run.head.seq });
  if (events.length === 0) return run;
  const state = await foldOn(journal, run.state, run.state.id, events);
  return { state: state ?? run.state, head: headOf(events) };
}

/** Events as the fold wants them, with the large values that they name. */
export async function resolveEvents(
  journal: Journal,
  runId: RunId,
  events: readonly JournalEvent[],
  options: { allowErased?: boolean } = {},
): Promise<RunEvent[]> {
  const resolved: RunEvent[] = [];
  for await (const part of resolvedParts(journal, runId, events, options)) resolved.push(...part);
  return resolved;
}

/** Events parsed and folded before others have their turn. */
const PART = 200;

async function* resolvedParts(
  journal: Journal,
  runId: RunId,
  events: readonly JournalEvent[],
  options: { allowErased?: boolean } = {},
): AsyncGenerator<RunEvent[], void, void> {
  const payloads = needsPayloads(events) ? await journal.payloads(runId) : [];
  for (let from = 0; from < events.length; from += PART) {
    if (from > 0) await nextTurn();
    yield toRunEvents(events.slice(from, from + PART), payloads, options);
  }
}

async function foldOn(
  journal: Journal,
  state: RunState | null,
  runId: RunId,
  events: readonly JournalEvent[],
): Promise<RunState | null> {
  let folded = state;
  for await (const part of resolvedParts(journal, runId, events)) folded = foldAll(folded, runId, part);
  return folded;
}

function needsPayloads(events: readonly JournalEvent[]): boolean {
  return events.some(({ data }) => typeof data === 'object' && data !== null && Object.values(data).some(isReference));
}

function isReference(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '$ref');
}

export function foldAll(state: RunState | null, runId: RunId, events: readonly RunEvent[]): RunState | null {
  return events.reduce<RunState | null>((folded, event) => fold(folded, runId, event), state);
}

/** The run's journal says what it should not: nobody can tell how it stands. */
export function isUnreadable(error: unknown): error is HoldpointError {
  return isHoldpointError(error, 'JOURNAL_BROKEN') || isHoldpointError(error, 'EVENT_IMPOSSIBLE');
}
