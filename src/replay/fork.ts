import { type Draft, draft, type RunEvent, type RunEventOf } from '../crew/events.ts';
import { fold } from '../crew/fold.ts';
import { type ActionState, type RunState, type TaskState, taskHasEnded } from '../crew/run-state.ts';
import { HoldpointError } from '../errors.ts';
import type { HoldId, RunId } from '../ids.ts';
import { isDerived } from './compare.ts';
import { ForkCopy } from './fork-copy.ts';
import { forkPoints, GOES_ON } from './fork-points.ts';

export interface ForkAt {
  readonly from: RunId;
  /** The last event that is taken over. */
  readonly seq: number;
  readonly to: RunId;
  /** Who forks, and when (ISO 8601 UTC). */
  readonly by: string;
  readonly at: string;
}

export interface Forked {
  readonly events: readonly RunEvent[];
  readonly state: RunState;
}

/**
 * The first events of a new run that goes on where another was after event `seq`. Pure.
 *
 * F1. What was done stays done: answers, results and outputs are taken over, so no model is asked and no tool run again for them.
 * F2. No approval is spent twice: a hold that was open, or whose decision nothing followed on yet, opens again, at the time of
 *     the fork and with its deadlines anew; decisions, votes, revisions and claims on it are left behind, comments are kept.
 * F3. An action that had started without a result is in doubt: it failed with its outcome unknown, so a person is asked.
 * F4. Undoing is the other run's affair: nothing that is taken over can be undone from here.
 *
 * @throws {HoldpointError} `FORK_NOT_POSSIBLE` where there is no such event, where the run was ending, or where the event was recorded
 *   in one step with the next; the details name the nearest points before and after.
 */
export function forkPrefix(source: readonly RunEvent[], at: ForkAt): Forked {
  const { possible, state: known } = forkPoints(at.from, source, at.seq);
  if (!known) throw notPossible(`Run ${at.from} has events 1 to ${source.length}, not ${at.seq}.`, possible, at);
  if (!possible.includes(at.seq)) throw notPossible(whyNot(known, source, at), possible, at);
  const prefix = source.slice(0, at.seq);
  return copyAll(prefix, known, at, outcomesIn(source.slice(at.seq)));
}

function whyNot({ machine }: RunState, source: readonly RunEvent[], { from, seq }: ForkAt): string {
  if (!GOES_ON.has(String(machine.value)))
    return `Run ${from} is ${String(machine.value)} after event ${seq}: nothing is left to go on with.`;
  return `Event ${seq} (${source[seq - 1]?.type}) of run ${from} was recorded in one step with the next.`;
}

function copyAll(prefix: readonly RunEvent[], known: RunState, at: ForkAt, outcomes: Outcomes): Forked {
  const again = reopened(known, prefix);
  const left = leftBehind(known, prefix, again);
  const copied = prefix.filter((event) => !left.has(event.seq) && !concerns(event, again));
  const copy = new ForkCopy(at.to);
  const events: RunEvent[] = [];
  let state: RunState | null = null;
  const add = (given: Draft, time: string) => {
    const event = { ...given, seq: events.length + 1, at: time } as RunEvent;
    state = fold(state, at.to, event);
    events.push(event);
    return state;
  };
  const opens = prefix.filter((event) => isKept(event, again));
  const doubted = known.actions.all().filter((action) => action.command === 'executeAction');
  const taken = copied.length + opens.length + doubted.length;
  let now: RunState = add(startOf(prefix, at, { copied: copied.length, taken }), prefix[0]?.at ?? at.at);
  for (const event of copied.slice(1)) now = add(copy.copy(event, now), event.at);
  for (const event of opens) now = add(renewed(copy.copy(event, now), at.at), at.at);
  for (const action of doubted) now = add(copy.copy(inDoubt(action, at, outcomes), now), at.at);
  return { events, state: now };
}

function startOf(
  [started]: readonly RunEvent[],
  { from, seq, by }: ForkAt,
  counts: { copied: number; taken: number },
): Draft {
  if (started?.type !== 'run.started') throw new RangeError(`Run ${from} does not begin with run.started`);
  const before = started.data.forkedFrom?.by ?? [];
  const forkedFrom = { runId: from, seq, ...counts, by: [...new Set([...before, by])] };
  return draft('run.started', { ...started.data, forkedFrom }, by);
}

const WAITS_FOR_DECISION: ReadonlySet<string> = new Set([
  'cleared',
  'rejected',
  'answered',
  'resolving',
  'lapsed',
  'accepted',
  'declined',
]);

/** F2: the holds that are open, and those on whose decision nothing followed yet. */
function reopened(state: RunState, events: readonly RunEvent[]): ReadonlySet<HoldId> {
  const found = new Set<HoldId>();
  for (const hold of state.holds.all()) if (hold.status === 'open') found.add(hold.id);
  const unspent = ({ machine, holdId }: TaskState | ActionState) => {
    if (holdId !== null && WAITS_FOR_DECISION.has(String(machine.value))) found.add(holdId);
  };
  for (const task of state.tasks) unspent(task);
  for (const action of state.actions) {
    const task = state.tasks.get(action.task);
    if (!task || !taskHasEnded(task)) unspent(action);
  }
  const ofRun = state.holds.all().findLast((hold) => hold.kind === 'run');
  if (ofRun && !events.some((event) => event.seq > ofRun.seq && isDerived(event))) found.add(ofRun.id);
  return found;
}

/** What is not taken over besides: a parking that nobody ended, an undo under way, notes of earlier forks. */
function leftBehind(state: RunState, events: readonly RunEvent[], again: ReadonlySet<HoldId>): ReadonlySet<number> {
  const left = new Set<number>();
  const parked = events.findLast((event) => event.type === 'run.parked');
  if (parked && state.machine.value === 'parked') left.add(parked.seq);
  for (const event of events) {
    if (event.type === 'run.forked' || isKept(event, again)) left.add(event.seq);
    if (event.type !== 'action.undo-started') continue;
    const begun = events.findLast(({ type, data }) => type === event.type && data.actionId === event.data.actionId);
    if (begun === event && state.actions.get(event.data.actionId)?.machine.value === 'undoing') left.add(event.seq);
  }
  return left;
}

/** Of a hold that opens again, its opening and what people said of it. */
function isKept(event: RunEvent, again: ReadonlySet<HoldId>): boolean {
  return (event.type === 'hold.opened' || event.type === 'hold.commented') && concerns(event, again);
}

function concerns(event: RunEvent, holds: ReadonlySet<HoldId>): boolean {
  if (event.type === 'hold.opened') return holds.has(event.data.id);
  return event.type.startsWith('hold.') && holds.has((event.data as { holdId: HoldId }).holdId);
}

/** Its deadlines run from the fork on. */
function renewed(event: Draft, at: string): Draft {
  if (event.type !== 'hold.opened') return event;
  const { policy } = event.data;
  const later = (ms: number | null) => (ms === null ? null : new Date(Date.parse(at) + ms).toISOString());
  return { ...event, data: { ...event.data, dueAt: later(policy.dueInMs), remindAt: later(policy.remindAfterMs) } };
}

/** How actions ended, by their id. */
type Outcomes = ReadonlyMap<string, RunEventOf<'action.succeeded' | 'action.failed'>>;

function outcomesIn(events: readonly RunEvent[]): Outcomes {
  const outcomes = new Map<string, RunEventOf<'action.succeeded' | 'action.failed'>>();
  for (const event of events) {
    if (event.type !== 'action.succeeded' && event.type !== 'action.failed') continue;
    if (!outcomes.has(event.data.actionId)) outcomes.set(event.data.actionId, event);
  }
  return outcomes;
}

/** F3, with what the other run recorded of it since, where it did. */
function inDoubt({ id: actionId, task }: ActionState, { from, seq, at }: ForkAt, outcomes: Outcomes): RunEvent {
  const ended = outcomes.get(actionId);
  const raw = ended?.type === 'action.succeeded' ? ended.data.output : null;
  const since = ended ? `; there it ended with ${ended.type}, event ${ended.seq}` : '';
  const error = { code: 'OUTCOME_UNKNOWN', message: `It was under way at event ${seq} of run ${from}${since}.` };
  const effect = raw === null ? 'unknown' : 'happened';
  return { ...draft('action.failed', { task, actionId, error, effect, raw }), seq, at };
}

function notPossible(message: string, possible: readonly number[], { seq }: ForkAt): HoldpointError {
  const before = possible.findLast((point) => point <= seq) ?? null;
  const after = possible.find((point) => point > seq) ?? null;
  const near = [before, after].filter((point) => point !== null).join(' or ');
  const advice = near === '' ? `Name one by its number, such as ${possible.at(-1)}.` : `Fork it at event ${near}.`;
  return new HoldpointError('FORK_NOT_POSSIBLE', `${message} ${advice}`, {
    details: { before, after },
  });
}
