import { expect } from 'vitest';
import type { CrewDefinition } from '../../src/crew/crew-definition.ts';
import type { RunEvent, RunEventOf } from '../../src/crew/events.ts';
import { fold } from '../../src/crew/fold.ts';
import type { RunState } from '../../src/crew/run-state.ts';
import { summaryOf } from '../../src/crew/summary.ts';
import type { HoldRecord } from '../../src/hooks/hold.ts';
import { type Reviewer, whyNotAllowed } from '../../src/hooks/reviewer.ts';
import { compareTiers } from '../../src/hooks/tier.ts';
import type { RunId } from '../../src/ids.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { toRunEvents } from '../../src/journal/read-run.ts';
import { verifyChain } from '../../src/journal/verify.ts';
import { replay } from '../../src/replay/replay.ts';
import type { Commit } from '../../src/runner/engine.ts';

export async function eventsOf(journal: Journal, runId: RunId): Promise<RunEvent[]> {
  return toRunEvents(await journal.read(runId), await journal.payloads(runId));
}

/** What must hold of every run, whatever happened in it; read from its journal and index alone. */
export async function checkRun(
  journal: Journal,
  runId: RunId,
  given: { crew?: CrewDefinition; people?: readonly Reviewer[] } = {},
): Promise<RunState> {
  const events = await eventsOf(journal, runId);
  const payloads = await journal.payloads(runId);
  expect(verifyChain(await journal.read(runId), { payloads })).toMatchObject({ ok: true, count: events.length });
  const { state } = await replay(runId, events);
  checkHolds(events, runId, given.people);
  checkActions(events);
  const row = await journal.run(runId);
  expect(row?.summary, 'the row of the run').toEqual(plain(summaryOf(state)));
  for (const hold of state.holds.all()) expect(await journal.hold(hold.id), 'the row of a hold').toEqual(plain(hold));
  const open = state.holds.all().filter(({ status }) => status === 'open');
  if (state.endedAt !== null) expect(open, 'no hold outlives its run').toEqual([]);
  if (given.crew) expect((await replay(runId, events, { crew: given.crew })).count).toBe(events.length);
  return state;
}

/** The rows that were published with each append are what the fold says at that point, predicted or folded. */
export function checkCommits(runId: RunId, commits: readonly Commit[], events: readonly RunEvent[]): void {
  let state: RunState | null = null;
  const bySeq = new Map(
    commits.filter((commit) => commit.runId === runId).map((commit) => [commit.summary.lastSeq, commit]),
  );
  for (const event of events) {
    state = fold(state, runId, event);
    const commit = bySeq.get(event.seq);
    if (!commit || !state) continue;
    expect(commit.summary, `the row after event ${event.seq} (${event.type})`).toEqual(plain(summaryOf(state)));
    for (const hold of commit.holds) expect(hold).toEqual(plain(state.holds.get(hold.id)));
  }
}

const IN_PASSING: ReadonlySet<string> = new Set(['approve', 'modify', 'reject', 'respond']);

/** Invariants 2 and 3: what follows on a hold names a decision on its open revision, made once and by somebody allowed. */
function checkHolds(events: readonly RunEvent[], runId: RunId, people: readonly Reviewer[] = []): void {
  let state: RunState | null = null;
  const fired = new Set<string>();
  for (const event of events) {
    const before: RunState | null = state;
    state = fold(state, runId, event);
    if (event.type === 'task.started') {
      const { tasks, config }: RunState = state;
      for (const upstream of config.tasks[event.data.task]?.context ?? [])
        expect(tasks.get(upstream)?.machine.value, `${upstream}, before ${event.data.task}`).toBe('completed');
    }
    if (event.type === 'hold.decided' && before) checkDecision(before.holds.get(event.data.holdId), event, people);
    if (event.type === 'hold.reminded' || event.type === 'hold.escalated' || event.type === 'hold.expired') {
      const key = `${event.type === 'hold.reminded' ? 'remind' : 'due'}:${event.data.holdId}`;
      expect(fired.has(key), `${event.type} fires once`).toBe(false);
      fired.add(key);
    }
    if ((event.type === 'task.started' || event.type === 'task.completed') && event.data.holdId !== null) {
      const hold = state.holds.get(event.data.holdId);
      expect(hold?.decidedBy.length, `${event.type} after a decision`).toBeGreaterThan(0);
      expect(hold?.status).not.toBe('rejected');
    }
    if (event.type === 'task.completed' && event.data.holdId === null) {
      expect(state.config.tasks[event.data.task]?.confirm.after?.when === null, 'completed past its confirm').toBe(
        false,
      );
    }
  }
}

function checkDecision(
  hold: HoldRecord | undefined,
  event: RunEventOf<'hold.decided'>,
  people: readonly Reviewer[],
): void {
  expect(hold?.status).toBe('open');
  if (!hold) return;
  const { digest, revision, verdict, decidedBy } = event.data;
  expect({ digest, revision }).toEqual({ digest: hold.digest, revision: hold.revision });
  expect(IN_PASSING.has(verdict) && hold.allowed.includes(verdict)).toBe(true);
  expect(new Set(decidedBy).size).toBe(decidedBy.length);
  if (verdict !== 'reject') expect(decidedBy.length).toBeGreaterThanOrEqual(hold.policy.quorum);
  for (const by of decidedBy) {
    expect(by === event.by || hold.votes.some((vote) => vote.by === by)).toBe(true);
    if (hold.policy.notRequester) expect(by).not.toBe(hold.requestedBy);
    const person = people.find(({ user }) => user === by);
    if (person) expect(whyNotAllowed(hold, person)).toBeNull();
  }
}

/** Invariants 4 and 5: what ran is what was approved, once for each approval, and each start has at most one result. */
function checkActions(events: readonly RunEvent[]): void {
  const used = new Map<string, string>();
  const running = new Set<string>();
  for (const [index, event] of events.entries()) {
    if (event.type === 'action.started') {
      const { actionId, digest, tier, holdId } = event.data;
      expect(running.has(actionId), 'a start while it runs').toBe(false);
      running.add(actionId);
      if (compareTiers(tier, 'approval') >= 0) expect(holdId).not.toBeNull();
      if (holdId === null) continue;
      const decided = events.slice(0, index).find((one) => one.type === 'hold.decided' && one.data.holdId === holdId);
      expect(decided?.type === 'hold.decided' && decided.data.effectiveDigest, 'what runs is what was approved').toBe(
        digest,
      );
      expect(used.get(holdId) ?? actionId, 'an approval is for one action').toBe(actionId);
      used.set(holdId, actionId);
    }
    if (event.type === 'action.succeeded' && event.data.source === 'tool')
      expect(running.delete(event.data.actionId)).toBe(true);
    if (event.type === 'action.failed') running.delete(event.data.actionId);
  }
}

/** As a store gives it back. */
function plain<T>(value: T): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}
