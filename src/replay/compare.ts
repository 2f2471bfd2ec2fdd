import { type Levels, NO_LEVELS, typeOfCall } from '../crew/action-type.ts';
import { pendingCommands } from '../crew/commands.ts';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import { taskDefinition } from '../crew/derive/context.ts';
import { derive } from '../crew/derive/derive.ts';
import { admitRun } from '../crew/derive/end-run.ts';
import type { Draft, RunEvent, RunEventOf } from '../crew/events.ts';
import { buildRequest } from '../crew/prompt.ts';
import type { RunState } from '../crew/run-state.ts';
import type { Level } from '../hooks/graduation/level.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import { diff } from '../json/diff.ts';
import { digestOf } from '../json/digest.ts';
import type { Json } from '../json/json.ts';
import { diverged } from './divergence.ts';

const DERIVED: ReadonlySet<string> = new Set<RunEvent['type']>([
  'task.started',
  'task.proposed',
  'task.revised',
  'task.completed',
  'task.failed',
  'task.skipped',
  'action.proposed',
  'action.started',
  'action.refused',
  'hold.opened',
  'hold.cancelled',
  'run.completed',
  'run.failed',
  'run.cancelled',
]);

/** Whether the engine derives this event; all others are facts: answers, results, decisions, the clock. */
export function isDerived(event: RunEvent): boolean {
  return DERIVED.has(event.type) || (event.type === 'action.succeeded' && event.data.source === 'person');
}

export function compareStart(crew: CrewDefinition, event: RunEventOf<'run.started'>): number {
  const { fingerprint, config } = event.data;
  if (fingerprint === crew.fingerprint) return 1;
  const differences = diff(config as unknown as Json, crew.config as unknown as Json);
  const where = differences.map(({ path }) => path).join(', ');
  throw diverged(event, {
    expected: `the crew "${crew.name}" with fingerprint ${crew.fingerprint.slice(0, 12)} (changed: ${where})`,
    found: `fingerprint ${fingerprint.slice(0, 12)}`,
    differences,
  });
}

/** Whether the code would ask the model the same question that was answered. */
export function compareRequest(crew: CrewDefinition, state: RunState, event: RunEventOf<'model.responded'>): number {
  const request = buildRequest(state, crew, taskDefinition({ crew }, event.data.task));
  const digest = digestOf(request);
  if (digest === event.data.requestDigest) return 1;
  throw diverged(event, {
    expected: `another request to the model for task "${event.data.task}" (digest ${digest.slice(0, 12)})`,
    found: `an answer to the request with digest ${event.data.requestDigest.slice(0, 12)}`,
  });
}

/** What a run is compared with. A journal is long: nothing here goes through the rest of it for each of its events. */
export interface Recording {
  readonly events: readonly RunEvent[];
  /** The place of the event that says that the run reached its limit; -1 where it did not. */
  readonly fullAt: number;
}

export function recordingOf(events: readonly RunEvent[]): Recording {
  const isFull = (event: RunEvent) => event.type === 'run.failed' && event.data.error.code === 'JOURNAL_FULL';
  return { events, fullAt: events.findLastIndex(isFull) };
}

/** How many of the events from `index` on one pending command derives again, exactly. */
export async function compareDerived(
  crew: CrewDefinition,
  state: RunState,
  recording: Recording,
  index: number,
): Promise<number> {
  const { events } = recording;
  const event = events[index];
  if (!event) return 0;
  let closest: readonly Draft[] = [];
  const context = {
    state,
    crew,
    now: event.at,
    signal: AbortSignal.abort(),
    levels: recordedLevels(state, events, index),
    maxRunEvents: recordedLimit(state, recording, index),
  };
  const first = state.seq === 1 ? [() => admitRun(context)] : [];
  const commands = pendingCommands(state).map((command) => () => derive(context, command));
  for (const ask of [...first, ...commands]) {
    const drafts = await ask();
    if (!drafts?.length) continue;
    const matching = matchingPrefix(drafts, events, index);
    if (matching === drafts.length || index + matching === events.length) return matching;
    if (closest.length === 0 || matching > 0 || sameSubject(drafts[0], event)) closest = drafts;
  }
  throw differenceAt(closest, events, index);
}

/** Levels are facts of another journal: what one made of these actions is taken as recorded, not asked again. */
function recordedLevels(state: RunState, events: readonly RunEvent[], from: number): Levels {
  if (events[from]?.type !== 'action.proposed' && events[from]?.type !== 'action.refused') return NO_LEVELS;
  const levels = new Map<string, Level>();
  for (let index = from; index < events.length; index++) {
    const event = events[index];
    if (event?.type === 'action.refused') continue;
    if (event?.type !== 'action.proposed') break;
    const { task, tool, level } = event.data;
    const type = level && typeOfCall(state, task, tool);
    if (type) levels.set(type.key, level);
  }
  return levels;
}

/** A limit is the operator's, of that day: a run that reached it is taken as recorded, and no other one does. */
function recordedLimit(state: RunState, { fullAt }: Recording, index: number): number {
  return fullAt >= index ? state.seq : Number.POSITIVE_INFINITY;
}

function matchingPrefix(drafts: readonly Draft[], events: readonly RunEvent[], from: number): number {
  const length = Math.min(drafts.length, events.length - from);
  for (let index = 0; index < length; index++) if (!same(drafts[index], events[from + index])) return index;
  return length;
}

function same(draft: Draft | undefined, event: RunEvent | undefined): boolean {
  return draft?.type === event?.type && canonicalJson(draft?.data) === canonicalJson(event?.data);
}

function sameSubject(draft: Draft | undefined, event: RunEvent): boolean {
  const subject = (data: object | undefined) => (data as { task?: unknown } | undefined)?.task;
  return draft?.type === event.type && subject(draft?.data) === subject(event.data);
}

function differenceAt(drafts: readonly Draft[], events: readonly RunEvent[], from: number): Error {
  const at = matchingPrefix(drafts, events, from);
  const found = events[from + at] ?? events[from];
  if (!found) throw new RangeError('No event to compare');
  const expected = drafts[at];
  if (!expected) return diverged(found, { expected: 'nothing', found: { type: found.type, data: found.data } });
  if (expected.type !== found.type)
    return diverged(found, {
      expected: { type: expected.type, data: expected.data },
      found: { type: found.type, data: found.data },
    });
  const differences = diff(found.data as unknown as Json, expected.data as unknown as Json);
  const side = (key: 'from' | 'to') => ({
    type: found.type,
    ...Object.fromEntries(differences.map((change) => [change.path, change[key] ?? null])),
  });
  return diverged(found, { expected: side('to'), found: side('from'), differences });
}
