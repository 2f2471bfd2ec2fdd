import { type Amends, amendSummary } from '../crew/amend-summary.ts';
import type { Draft } from '../crew/events.ts';
import { choiceOf } from '../crew/fold-hold.ts';
import type { HoldRecord } from '../hooks/hold.ts';
import { foldHold, type HoldEvent } from '../hooks/hold-fold.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { HoldId, RunId } from '../ids.ts';
import { headOf, type JournalEvent } from '../journal/envelope.ts';
import { faultPoint } from '../journal/fault-point.ts';
import type { Amendment, AmendView, AtRest } from '../journal/journal.ts';
import type { Json } from '../json/json.ts';
import { rowsOf, sealDrafts } from './commit.ts';
import type { Recorded, RunnerContext } from './context.ts';
import type { ActOptions, Commit } from './engine.ts';
import type { Foreseen } from './foresight.ts';

/** What somebody else than the run's owner appends, and what they are answered. */
export interface Amending<T> {
  readonly drafts: readonly Draft[];
  /** The run's row after it, where that was folded; otherwise it is told from the holds that close. */
  readonly summary?: RunSummary;
  /** What follows, worked out before: recorded with it where nothing came between and nobody else drives the run. */
  readonly foreseen?: Foreseen | null;
  /** `seq`: of the last of `drafts`. */
  readonly answer: (after: { seq: number; holds: readonly HoldRecord[]; summary: Commit['summary'] }) => T;
}

/**
 * Appends to a run without owning it: `decide` sees the rows under the lock, answers with drafts or throws. Wakes the run if
 * there is something to act upon, and publishes once it is durable.
 */
export async function amendRun<T>(
  context: RunnerContext,
  runId: RunId,
  { actor, request }: ActOptions,
  decide: (view: AmendView, now: string) => Amending<T>,
  known: (() => AtRest) | null = null,
): Promise<T> {
  const { journal, clock } = context;
  let worked: Commit | null = null;
  let recorded: Recorded | null = null;
  const asked = request ? { by: actor.user, ...request } : null;
  const amending = (view: AmendView) => {
    // Nodes on one database judge deadlines by its clock, so that none of them decides by its own.
    const now = view.now ?? clock.now();
    const decided = decide(view, now < view.head.at ? view.head.at : now);
    const foreseen = decided.foreseen && isNext(context, decided.foreseen, view, now) ? decided.foreseen : null;
    const { amendment, published } = amendmentOf(context, runId, view, { amending: decided, foreseen, now });
    worked = published;
    recorded = foreseen && { foreseen, head: headOf(published.events) };
    const { summary, holds } = published;
    const seq = view.head.seq + decided.drafts.length;
    return { ...amendment, answer: decided.answer({ seq, holds, summary }) as Json };
  };
  const { answer, events, epoch } = await journal.amend<Json>(runId, asked, amending, known);
  faultPoint('amend.durable');
  context.foresight.outdate(runId);
  // A request that was answered before appends nothing, whatever was worked out for it before that was seen.
  if (worked && events.length > 0) context.publish(worked);
  if (epoch !== undefined) context.drive({ runId, epoch, from: null }, recorded);
  else if (wakes(events)) context.wake(runId);
  return answer as T;
}

/** What was foreseen for a time further from the one it is recorded at is left to the run's driver. */
const MOST_OFF_MS = 1_000;

/** Whether what was foreseen is what this node would now derive, and may go on from. */
function isNext(
  { mayDrive }: RunnerContext,
  { runId, crew, after, at }: Foreseen,
  { head, run }: AmendView,
  now: string,
): boolean {
  const offMs = Math.abs(Date.parse(now) - Date.parse(at));
  const isTimely = offMs <= MOST_OFF_MS;
  return head.hash === after && run.owner === null && !run.wake && isTimely && mayDrive(runId, crew.name);
}

interface Amended<T> {
  readonly amending: Amending<T>;
  readonly foreseen: Foreseen | null;
  readonly now: string;
}

function amendmentOf<T>(
  context: RunnerContext,
  runId: RunId,
  view: AmendView,
  { amending, foreseen, now }: Amended<T>,
) {
  const drafts = foreseen?.settled.drafts ?? amending.drafts;
  const { events, payloads } = sealDrafts(runId, view.head, drafts, {
    at: foreseen?.at ?? now,
    salt: context.salt,
    maxValueBytes: context.limits.maxValueBytes,
  });
  const { summary, holds } = foreseen ? rowsOf(foreseen.settled.state, drafts) : rowsAfter(view, amending, events);
  const wake = wakes(events);
  // Whoever decides goes on with the run as well, where it can: nobody else has to be told.
  const takeFor = wake && context.mayDrive(runId, summary.crew) ? context.nodeId : null;
  const amendment: Omit<Amendment<Json>, 'answer'> = { events, payloads, summary, holds, wake, takeFor };
  return { amendment, published: { runId, events, summary, holds } };
}

/** The rows after an amendment, told from the rows before it: the run itself is not read. */
function rowsAfter<T>(view: AmendView, { drafts, summary }: Amending<T>, events: readonly JournalEvent[]) {
  const holds = new Map<HoldId, HoldRecord>();
  for (const [index, event] of drafts.entries()) {
    const { seq = 0, at = '' } = events[index] ?? {};
    if (!event.type.startsWith('hold.') || event.type === 'hold.opened') continue;
    const { holdId } = event.data as { holdId: HoldId };
    const before = holds.get(holdId) ?? view.hold(holdId);
    if (before) holds.set(holdId, foldHold(before, { ...(event as HoldEvent & { by: string }), seq, at }));
  }
  const changed = [...holds.values()];
  return {
    summary: summary ?? amendSummary(view.run.summary, amendsOf(view, drafts, changed)),
    holds: changed,
  };
}

function amendsOf(view: AmendView, drafts: readonly Draft[], changed: readonly HoldRecord[]): Amends {
  const { openHolds, lastSeq } = view.run.summary;
  const closed = changed.filter((hold) => hold.status !== 'open');
  const left = openHolds.filter((id) => !closed.some((hold) => hold.id === id));
  const suspended = left.some((id) => view.hold(id as HoldId)?.kind === 'run');
  const failsRun = closed.some((hold) => hold.kind === 'run') && drafts.some(letsFail);
  const cancels = drafts.some((event) => event.type === 'run.cancel-requested');
  return { lastSeq: lastSeq + drafts.length, closed, suspended, ends: cancels || failsRun };
}

function letsFail(event: Draft): boolean {
  return event.type === 'hold.expired' || (event.type === 'hold.decided' && choiceOf(event.data.value) === 'fail');
}

const WAKING: ReadonlySet<string> = new Set<Draft['type']>([
  'hold.decided',
  'hold.expired',
  'hold.cancelled',
  'run.cancel-requested',
  'run.resumed',
  'action.undo-started',
]);

function wakes(events: readonly { readonly type: string }[]): boolean {
  return events.some((event) => WAKING.has(event.type));
}
