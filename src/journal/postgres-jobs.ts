import type { HoldRecord } from '../hooks/hold.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import { type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import type { Json } from '../json/json.ts';
import { NODE_SILENCE_MS } from './deadline.ts';
import { EMPTY_HEAD, type Head, headOf, type JournalEvent } from './envelope.ts';
import type { Amended, Amendment, AmendView, AtRest, OwnerAppend, Request, Restored } from './journal.ts';
import { keyOf, type StoredRun, toRun, toStored } from './postgres-queries.ts';
import { type Change, encoded, type JobStep, type Tables } from './postgres-tables.ts';
import {
  answerOf,
  checkAppend,
  checkAttached,
  checkRestored,
  ownerAfter,
  ownerLost,
  requestAnswered,
  runNotFound,
} from './preconditions.ts';
import type { RunJob } from './run-jobs.ts';

/**
 * Writes of the port, each in two parts: what to lock and read, and how to decide on that. Deciding is synchronous and touches
 * nothing: it gives a change, or throws, and then nothing of it is written.
 */
export interface Job<T> {
  readonly needs: Needs;
  /** How the run stands if nobody came between, where that is known (null: it is not there yet), so that nothing needs to be read
   *  first; `as left`: by a job before it in the same transaction. */
  readonly expects?: StoredRun | null | 'as left';
  /** And its holds. */
  readonly expectedHolds?: readonly HoldRecord[] | undefined;
  decide(tables: Tables): { readonly value: T; readonly change: Change | null };
}

export interface Needs {
  readonly run?: RunId;
  /** The run may not be there yet: its id is locked instead. */
  readonly starts?: boolean;
  readonly holds?: boolean;
  readonly request?: Request | null | undefined;
  readonly system?: boolean;
  readonly nodes?: boolean;
  /** This node's job of the run: it stays this node's till the end of the transaction, or is not. */
  readonly held?: RunJob;
}

const NOTHING: Change = { run: null, isNew: false, events: [], payloads: [], holds: [], answer: null };

export function appendJob(batch: OwnerAppend): Job<void> {
  const { runId, request = null, summary, fingerprint, events, owner, epoch, head } = batch;
  return {
    needs: { run: runId, starts: head.seq === 0, request },
    expects: head.seq === 0 ? null : { id: runId, summary: '', fingerprint, owner, epoch, wake: true, ...head },
    decide({ runs, answers }) {
      const answered = request && answers.get(keyOf(request));
      if (answered) throw requestAnswered(answered, request, runId);
      const row = runs.get(runId);
      checkAppend(row ? { head: row, epoch: row.epoch } : null, batch);
      const before = row ?? { id: runId, owner, epoch: 1, wake: true, ...EMPTY_HEAD };
      const run = rowAfter({ ...before, fingerprint }, summary, events);
      const change = { run, isNew: !row, ...encoded(runId, batch), answer: request };
      return { value: undefined, change: row ? change : { ...change, job: owner === null ? 'offer' : 'own' } };
    },
  };
}

export function amendJob<T extends Json>(
  runId: RunId,
  request: Request | null,
  decide: (view: AmendView) => Amendment<T>,
  known?: AtRest,
): Job<Amended<T>> {
  return {
    needs: { run: runId, holds: true, request },
    ...(known && { expects: toStored(runId, known.run), expectedHolds: known.holds }),
    decide({ runs, holds, answers, now }) {
      const answered = request && answers.get(keyOf(request));
      // The same request got the same kind of answer before.
      if (answered) return { value: { answer: answerOf(answered, request) as T, events: [] }, change: null };
      const row = runs.get(runId);
      if (!row) throw runNotFound(runId);
      const run = toRun(row);
      const hold: AmendView['hold'] = (holdId) => {
        const stored = holds.get(holdId);
        return stored?.run === runId ? (JSON.parse(stored.record) as HoldRecord) : null;
      };
      const amendment = decide({ head: run.head, run, hold, ...(now !== undefined && { now }) });
      const { events, answer, summary } = amendment;
      checkAttached(runId, row, events);
      const { taken, ...owned } = ownerAfter(row, amendment);
      const after = rowAfter({ ...row, ...owned }, summary, events);
      const change = {
        run: after,
        isNew: false,
        ...encoded(runId, amendment),
        answer: request && { ...request, answer },
        job: taken ? ('own' as const) : jobOfWake(row, amendment.wake),
      };
      return { value: { answer, events, ...(taken && { epoch: owned.epoch }) }, change };
    },
  };
}

/** What a run that somebody else appended to needs: its job if it was at rest, and else that its owner looks. */
function jobOfWake({ owner, wake }: StoredRun, wakes: boolean): JobStep | null {
  if (owner !== null) return 'poke';
  return wakes && !wake ? 'offer' : null;
}

export function amendSystemJob<T extends Json>(
  request: Request | null,
  decide: (head: Head) => { readonly events: readonly JournalEvent[]; readonly answer: T },
): Job<Amended<T>> {
  return {
    needs: { system: true, request },
    decide(tables) {
      const answered = request && tables.answers.get(keyOf(request));
      if (answered) return { value: { answer: answerOf(answered, request) as T, events: [] }, change: null };
      const head = tables.system ?? EMPTY_HEAD;
      const { events, answer } = decide(head);
      checkAttached(SYSTEM_JOURNAL, head, events);
      const added = encoded(SYSTEM_JOURNAL, { events, payloads: [], holds: [] });
      const system = events.length > 0 ? headOf(events) : head;
      const change = { ...NOTHING, ...added, system, answer: request && { ...request, answer } };
      return { value: { answer, events }, change };
    },
  };
}

export function claimJob(runId: RunId, owner: string): Job<{ epoch: number; from: string | null } | null> {
  return {
    needs: { run: runId, nodes: true },
    decide(tables) {
      const row = tables.runs.get(runId);
      if (!row?.wake) return { value: null, change: null };
      const from = row.owner;
      if (from !== null && from !== owner && tables.isAlive(from, NODE_SILENCE_MS))
        return { value: null, change: null };
      const epoch = row.epoch + 1;
      const run = rowAfter({ ...row, owner, epoch }, toRun(row).summary, []);
      return { value: { epoch, from }, change: { ...NOTHING, run } };
    },
  };
}

export function restJob(runId: RunId, epoch: number, head: string, summary: RunSummary): Job<boolean> {
  return {
    needs: { run: runId },
    expects: 'as left',
    decide({ runs }) {
      const row = runs.get(runId);
      if (!row) throw runNotFound(runId);
      if (row.epoch !== epoch) throw ownerLost(runId, row.epoch, epoch);
      if (row.hash !== head) return { value: false, change: null };
      const run = rowAfter({ ...row, owner: null, wake: false }, summary, []);
      return { value: true, change: { ...NOTHING, run, job: 'rest' } };
    },
  };
}

/**
 * Takes a run whose job this node was given. Null, and without a job, if there is nothing to do. A job that was never given to
 * anybody before does not take the run from an owner who is alive: that one came by it without. With the epoch as it was, if the
 * run is this node's at that epoch.
 */
export function takeJob(
  job: RunJob,
  { nodeId, epoch: ours, silenceMs }: { nodeId: string; epoch: number | null; silenceMs: number },
): Job<{ epoch: number; from: string | null } | null> {
  const { runId } = job;
  return {
    needs: { run: runId, nodes: true, held: job },
    decide(tables) {
      if (!tables.held.has(runId)) return { value: null, change: null };
      const row = tables.runs.get(runId);
      const from = row?.owner ?? null;
      const isTaken = from !== null && from !== nodeId && job.retryCount === 0 && tables.isAlive(from, silenceMs);
      if (!row?.wake || isTaken) return { value: null, change: { ...NOTHING, spent: job } };
      if (from === nodeId && row.epoch === ours) return { value: { epoch: ours, from }, change: null };
      const epoch = row.epoch + 1;
      const run = rowAfter({ ...row, owner: nodeId, epoch }, toRun(row).summary, []);
      return { value: { epoch, from }, change: { ...NOTHING, run } };
    },
  };
}

/** Takes a run that is this node's with an epoch of its own, for a driver that begins again. Null: it is somebody else's, or rests. */
export function takeAgainJob(runId: RunId, nodeId: string): Job<{ epoch: number; from: string | null } | null> {
  return {
    needs: { run: runId },
    decide({ runs }) {
      const row = runs.get(runId);
      if (!row?.wake || row.owner !== nodeId) return { value: null, change: null };
      const epoch = row.epoch + 1;
      const run = rowAfter({ ...row, epoch }, toRun(row).summary, []);
      return { value: { epoch, from: nodeId }, change: { ...NOTHING, run } };
    },
  };
}

/** Offers a run that has work to do and no owner who is alive: it died, or left, or who woke the run knows of no jobs. */
export function offerJob(runId: RunId, silenceMs: number): Job<void> {
  return {
    needs: { run: runId, nodes: true },
    decide(tables) {
      const row = tables.runs.get(runId);
      const isOrphan = row?.wake && (row.owner === null || !tables.isAlive(row.owner, silenceMs));
      return { value: undefined, change: isOrphan ? { ...NOTHING, run: unchanged(row), job: 'offer' } : null };
    },
  };
}

export function restoreJob(part: Restored): Job<void> {
  const done = (change: Partial<Change>) => ({ value: undefined, change: { ...NOTHING, ...change } });
  if (part.type === 'answer') {
    return {
      needs: { request: part.answer },
      decide({ answers }) {
        checkRestored(part, answers.has(keyOf(part.answer)));
        return done({ answer: part.answer });
      },
    };
  }
  if (part.type === 'hold') {
    return {
      needs: { run: part.runId, holds: true },
      decide({ holds }) {
        checkRestored(part, holds.has(part.hold.id));
        return done(encoded(part.runId, { events: [], payloads: [], holds: [part.hold] }));
      },
    };
  }
  const { runId, row, events, payloads } = part;
  return {
    needs: row ? { run: runId, starts: true } : { system: true },
    decide({ runs, system }) {
      checkRestored(part, row ? runs.has(runId) : (system?.seq ?? 0) > 0);
      const added = encoded(runId, { events, payloads, holds: [] });
      if (!row) return done({ ...added, system: headOf(events) });
      const { summary, head, ...rest } = row;
      return done({ ...added, run: rowAfter({ id: runId, ...rest, ...head }, summary, []), isNew: true });
    },
  };
}

function unchanged(row: StoredRun): NonNullable<Change['run']> {
  return rowAfter(row, toRun(row).summary, []);
}

function rowAfter(
  row: Omit<StoredRun, 'summary'>,
  summary: RunSummary,
  events: readonly JournalEvent[],
): NonNullable<Change['run']> {
  const head = events.length > 0 ? headOf(events) : {};
  const { crew, status, startedAt } = summary;
  return { ...row, ...head, crew, status, startedAt, summary: JSON.stringify(summary) };
}
