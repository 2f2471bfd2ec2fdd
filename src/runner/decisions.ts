import { type Draft, draft } from '../crew/events.ts';
import { summaryOf } from '../crew/summary.ts';
import { HoldpointError } from '../errors.ts';
import { type ClaimRequest, claim, release } from '../hooks/claim.ts';
import { alreadyDecided, type DecisionOutcome, type DecisionRequest, decide } from '../hooks/decide.ts';
import { type Hold, type HoldRecord, toHold } from '../hooks/hold.ts';
import type { HoldId, RunId } from '../ids.ts';
import type { AmendView, AtRest } from '../journal/journal.ts';
import type { Json } from '../json/json.ts';
import { type Amending, amendRun } from './amend-run.ts';
import { checkDecisionValue } from './check-value.ts';
import { type RunnerContext, timeLimitOf } from './context.ts';
import { findDecidable, holdNotFound, requireHold } from './decidable.ts';
import type { ActOptions, Decided } from './engine.ts';
import type { Foreseen, Recalled } from './foresight.ts';
import { requireRoomForNotes } from './full-journal.ts';
import { requireTime } from './guarded-clock.ts';
import { loadRun } from './load-run.ts';

/** A person who sends a value waits for the functions that check it. */
const CHECK_MS = 30_000;

/** Records what a reviewer decided. The answer is given once it is durable; who comes second is told who won. */
export async function decideHold(
  context: RunnerContext,
  holdId: HoldId,
  request: DecisionRequest,
  options: ActOptions,
): Promise<Decided> {
  let prepared: Prepared;
  try {
    prepared = await prepare(context, holdId, request, options);
  } catch (error) {
    // The same message may have been decided upon before: then it has its answer. (Of one that is not refused, the lock says so.)
    const before = await answeredBefore<Decided>(context, options);
    if (before) return before;
    throw error;
  }
  const { runId, checked, expected, foreseen, known } = prepared;
  const amending = (view: AmendView, at: string): Amending<Decided> => {
    const held = heldIn(view, holdId);
    requireTime(context.clock, held);
    const decision = decisionOf(decide(held, checked, options.actor, at), options);
    return {
      drafts: [decision],
      foreseen: isSame(decision, expected) ? foreseen : null,
      answer: ({ seq, holds }) => ({ hold: holdAfter(holds, holdId), recordedSeq: seq }),
    };
  };
  return amendRun(context, runId, options, amending, known);
}

interface Prepared {
  readonly runId: RunId;
  /** With its value as the crew's schemas give it back. */
  readonly checked: DecisionRequest;
  /** What is recorded, if nothing comes between; and what follows from it. */
  readonly expected: Draft;
  readonly foreseen: Foreseen | null;
  /** How the run stands, where that is remembered and it rests. */
  readonly known: (() => AtRest) | null;
}

/** All that is to be done before the lock. */
async function prepare(
  context: RunnerContext,
  holdId: HoldId,
  request: DecisionRequest,
  options: ActOptions,
): Promise<Prepared> {
  const { hold, runId, recalled, now, outcome } = await findDecidable(context, holdId, request, options.actor);
  const value = await checkedValue(context, hold, runId, request, now);
  const checked = value === undefined ? request : { ...request, value };
  const expected = decisionOf(value === undefined ? outcome : decide(hold, checked, options.actor, now), options);
  const foreseen = await foreseenAfter(context, hold, expected, { runId, recalled });
  // Only of a run that rests can it be said what follows. A deadline is judged by the store's clock, under the lock.
  const known = foreseen && recalled && hold.dueAt === null ? () => atRest(recalled) : null;
  return { runId, checked, expected, foreseen, known };
}

function atRest({ state, head, epoch }: Recalled): AtRest {
  const { fingerprint } = state;
  const run = { summary: summaryOf(state), head, fingerprint, owner: null, epoch, wake: false } as const;
  return { run, holds: state.holds.all().filter(({ status }) => status === 'open') };
}

/** Of two drafts of one making, whose members stand in one order. */
function isSame(a: Draft, b: Draft): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function decisionOf(outcome: DecisionOutcome, { actor: { user } }: ActOptions): Draft {
  switch (outcome.type) {
    case 'hold.decided':
      return draft('hold.decided', outcome.data, user);
    case 'hold.voted':
      return draft('hold.voted', outcome.data, user);
    case 'hold.revised':
      return draft('hold.revised', outcome.data, user);
  }
}

/** What the run does next, where this node would drive it and can say so at once. */
async function foreseenAfter(
  context: RunnerContext,
  { crew: name }: HoldRecord,
  decision: Draft,
  { runId, recalled }: { runId: RunId; recalled: Recalled | null },
): Promise<Foreseen | null> {
  const crew = name === null ? undefined : context.crews.get(name);
  if (!crew || decision.type !== 'hold.decided' || !context.mayDrive(runId, crew.name)) return null;
  return context.foresight.afterDecision(runId, crew, decision, recalled);
}

/** A modification or an answer is checked by the crew's own functions before the transaction; the digest keeps it valid inside. */
async function checkedValue(
  context: RunnerContext,
  hold: HoldRecord,
  runId: RunId,
  request: DecisionRequest,
  now: string,
): Promise<Json | undefined> {
  const { verdict, value } = request;
  if (value === undefined || (verdict !== 'modify' && verdict !== 'respond')) return undefined;
  const crew = hold.crew === null ? undefined : context.crews.get(hold.crew);
  if (!crew)
    throw new HoldpointError(
      'UNAVAILABLE',
      `The crew "${hold.crew}" is not loaded here, so a value for it cannot be checked. Approve or reject it, or ask a node that has the crew.`,
    );
  const { state } = await loadRun(context.journal, runId);
  const usual = timeLimitOf(context);
  const timeLimit = { ...usual, ms: Math.min(usual.ms, CHECK_MS) };
  return checkDecisionValue({ crew, state, now, timeLimit }, hold, verdict, value);
}

export async function claimHold(
  context: RunnerContext,
  holdId: HoldId,
  request: ClaimRequest,
  options: ActOptions,
): Promise<Hold> {
  return amendHold(context, holdId, options, (hold, now) =>
    draft('hold.claimed', claim(hold, request, options.actor, now), options.actor.user),
  );
}

export async function releaseHold(context: RunnerContext, holdId: HoldId, options: ActOptions): Promise<Hold> {
  return amendHold(context, holdId, options, (hold, now) =>
    draft('hold.released', release(hold, options.actor, now), options.actor.user),
  );
}

/** A comment is read by people only: whatever it says, it decides nothing. */
export async function commentHold(
  context: RunnerContext,
  holdId: HoldId,
  text: string,
  options: ActOptions,
): Promise<Hold> {
  return amendHold(context, holdId, options, (hold) => {
    if (hold.status !== 'open') throw alreadyDecided(hold);
    return draft('hold.commented', { holdId, text }, options.actor.user);
  });
}

async function amendHold(
  context: RunnerContext,
  holdId: HoldId,
  options: ActOptions,
  event: (hold: HoldRecord, now: string) => Amending<Hold>['drafts'][number],
): Promise<Hold> {
  const before = await answeredBefore<Hold>(context, options);
  if (before) return before;
  const { runId } = await requireHold(context, holdId);
  return amendRun(context, runId, options, (view, now) => {
    requireRoomForNotes(context, runId, view.head);
    return { drafts: [event(heldIn(view, holdId), now)], answer: ({ holds }) => holdAfter(holds, holdId) };
  });
}

function holdAfter(holds: readonly HoldRecord[], holdId: HoldId): Hold {
  const hold = holds.find(({ id }) => id === holdId);
  if (!hold) throw new RangeError(`An append to hold ${holdId} did not touch it`);
  return toHold(hold);
}

function heldIn(view: AmendView, holdId: HoldId): HoldRecord {
  const hold = view.hold(holdId);
  if (!hold) throw holdNotFound(holdId);
  return hold;
}

async function answeredBefore<T>({ journal }: RunnerContext, { actor, request }: ActOptions): Promise<T | null> {
  return request ? ((await journal.answered({ by: actor.user, ...request })) as T | null) : null;
}
