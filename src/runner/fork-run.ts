import { v7 as uuid } from 'uuid';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import { admitRun } from '../crew/derive/end-run.ts';
import { type Draft, draft, type RunEvent } from '../crew/events.ts';
import { fold } from '../crew/fold.ts';
import type { RunState } from '../crew/run-state.ts';
import { summaryOf } from '../crew/summary.ts';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import { EMPTY_HEAD, type Head, headOf, type JournalEvent } from '../journal/envelope.ts';
import { inTurns } from '../journal/in-turns.ts';
import type { Request } from '../journal/journal.ts';
import type { Payload } from '../journal/payloads.ts';
import { runNotFound } from '../journal/preconditions.ts';
import type { Steps } from '../journal/steps.ts';
import type { Json } from '../json/json.ts';
import { forkPrefix } from '../replay/fork.ts';
import { amendRun } from './amend-run.ts';
import { rowsOf, sealDrafts } from './commit.ts';
import { type RunnerContext, timeLimitOf } from './context.ts';
import type { Drivers } from './drivers.ts';
import type { ForkOptions } from './engine.ts';
import { isFull } from './full-journal.ts';
import { resolveEvents } from './load-run.ts';
import { changesBetween } from './park.ts';
import { RunDriver } from './run-driver.ts';
import { place } from './settle.ts';
import { answeredOrFree } from './stops.ts';

/**
 * Starts a new run from the first `seq` events of another. Resolves when it is durable; then the other run's journal says so too.
 * @throws `RUN_NOT_FOUND`, `CREW_NOT_FOUND`, `CREW_CHANGED`, `FORK_NOT_POSSIBLE`, `JOURNAL_BROKEN`, `STOPPED`
 */
export async function forkRun(
  context: RunnerContext,
  drivers: Drivers,
  { runId: from, seq }: { runId: RunId; seq: number },
  options: ForkOptions,
): Promise<RunSummary> {
  const { journal, clock } = context;
  const { actor, request, drive = true } = options;
  const asked = request ? { by: actor.user, ...request } : null;
  const before = await answeredOrFree(context, asked);
  if (before) return markFork(context, from, seq, before as RunSummary, options);
  const lines = await journal.read(from);
  if (lines.length === 0) throw runNotFound(from);
  const source = await resolveEvents(journal, from, lines);
  const to = `run_${uuid().replaceAll('-', '')}` as RunId;
  const forked = forkPrefix(source, { from, seq, to, by: actor.user, at: later(clock.now(), lines[seq - 1]?.at) });
  const crew = crewOf(context, forked.state, drive);
  const { events, state } = await admitted(context, crew, forked);
  const seat = drive && crew ? drivers.reserve(crew.name) : null;
  try {
    const head = await begin(context, { events, state }, { asked, drives: seat !== null });
    if (seat && crew)
      drivers.drive(new RunDriver(context, crew, { runId: to, epoch: 1, run: { state, head } }), crew.name);
    else if (drive) drivers.lookSoon();
  } catch (error) {
    const raced = asked && isHoldpointError(error, 'SEQ_CONFLICT') ? await journal.answered(asked) : null;
    if (raced) return raced as RunSummary;
    throw error;
  } finally {
    seat?.();
  }
  return markFork(context, from, seq, summaryOf(state), options);
}

/** A crew that is not loaded is missed only by who means to drive the fork; one that is another now is never forked into. */
function crewOf({ crews }: RunnerContext, { config, fingerprint }: RunState, drive: boolean): CrewDefinition | null {
  const crew = crews.get(config.name);
  if (!crew && !drive) return null;
  if (!crew) {
    const known = [...crews.keys()].join(', ') || 'none';
    throw new HoldpointError('CREW_NOT_FOUND', `There is no crew "${config.name}" here. Loaded: ${known}.`);
  }
  if (crew.fingerprint === fingerprint) return crew;
  const changes = changesBetween(config, crew.config);
  throw new HoldpointError(
    'CREW_CHANGED',
    `The crew "${crew.name}" changed since (${changes.length} places), so the run cannot be forked there. Fork it with the crew as it was.`,
    { details: { changes } },
  );
}

/** A fork of the start alone is a start: the crew's `beforeRun` hook is asked. */
async function admitted(
  context: RunnerContext,
  crew: CrewDefinition | null,
  { events, state }: { events: readonly RunEvent[]; state: RunState },
) {
  if (state.seq > 1) return { events, state };
  if (!crew)
    throw new HoldpointError(
      'CREW_NOT_FOUND',
      `To fork at the start takes the crew "${state.config.name}" itself. Name its file.`,
    );
  const now = context.clock.now();
  const drafts = await admitRun({
    state,
    crew,
    now,
    signal: new AbortController().signal,
    timeLimit: timeLimitOf(context),
  });
  const more = drafts.map((given, index) => place(given, state.seq + 1 + index, now));
  return {
    events: [...events, ...more],
    state: more.reduce<RunState>((known, event) => fold(known, state.id, event), state),
  };
}

type Begun = { readonly events: readonly RunEvent[]; readonly state: RunState };

async function begin(
  context: RunnerContext,
  { events, state }: Begun,
  { asked, drives }: { asked: Request | null; drives: boolean },
): Promise<Head> {
  const { journal, nodeId } = context;
  const sealed = await inTurns(sealAll(context, state.id, events));
  const rows = rowsOf(state, events);
  const start = {
    runId: state.id,
    epoch: 1,
    owner: drives ? nodeId : null,
    head: EMPTY_HEAD,
    ...sealed,
    ...rows,
    fingerprint: state.fingerprint,
  };
  const answer = summaryOf(state) as unknown as Json;
  await journal.append(asked ? { ...start, request: { ...asked, answer } } : start);
  context.publish({ runId: state.id, events: sealed.events, ...rows });
  return headOf(sealed.events);
}

/** Events sealed in a step. */
const STEP = 200;

/** Each event keeps its own time. */
function* sealAll(
  { salt, limits }: RunnerContext,
  runId: RunId,
  given: readonly RunEvent[],
): Steps<{ events: JournalEvent[]; payloads: Payload[] }> {
  const events: JournalEvent[] = [];
  const payloads = new Map<string, Payload>();
  let head: Head = EMPTY_HEAD;
  for (const { at, seq: _seq, ...event } of given) {
    const sealed = sealDrafts(runId, head, [event as Draft], {
      at,
      salt,
      maxValueBytes: limits.maxValueBytes,
    });
    events.push(...sealed.events);
    for (const payload of sealed.payloads) payloads.set(payload.digest, payload);
    head = headOf(sealed.events);
    if (head.seq % STEP === 0) yield;
  }
  return { events, payloads: [...payloads.values()] };
}

/** Notes the fork in the journal that it came from, once, if that takes notes. The fork itself names its origin, so a note that is missing
 *  loses nothing. */
async function markFork(
  context: RunnerContext,
  from: RunId,
  seq: number,
  fork: RunSummary,
  { actor }: ForkOptions,
): Promise<RunSummary> {
  const known = await context.journal.read(from, { after: seq });
  if (known.some(({ type, data }) => type === 'run.forked' && (data as { to?: string } | undefined)?.to === fork.id))
    return fork;
  await amendRun(context, from, { actor }, ({ head }) => ({
    drafts: isFull(context, head) ? [] : [draft('run.forked', { to: fork.id, seq }, actor.user)],
    answer: () => null,
  }));
  return fork;
}

function later(now: string, last: string | undefined): string {
  return last !== undefined && last > now ? last : now;
}
