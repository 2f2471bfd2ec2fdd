import { type Draft, draft, type EventData } from '../crew/events.ts';
import { HoldpointError } from '../errors.ts';
import type { RunStatus, RunSummary } from '../hooks/run-summary.ts';
import { type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import { type Head, type JournalEvent, seal } from '../journal/envelope.ts';
import type { Journal, RunRow } from '../journal/journal.ts';
import { runNotFound } from '../journal/preconditions.ts';
import { saltSource } from './salt.ts';

export interface EraseRequest {
  /** Only what these tasks said and did; null: the whole run. */
  readonly tasks: readonly string[] | null;
  readonly reason: string;
  readonly by: string;
  /** ISO 8601 UTC. */
  readonly now: string;
}

export interface Erased {
  /** Events that lost their content now. 0: there was nothing left to erase, and nothing is noted. */
  readonly count: number;
  /** Runs that have some of the content as well: forks of this one, and the run that it was forked from. */
  readonly copies: readonly RunId[];
}

/**
 * Removes the content of a run that has ended, for good; who, when and why is in the journal `system`, where it is noted first. Its
 * chain still verifies. Names of people in `by` and the types and times of events stay. What other tasks took over from an erased
 * one stays too.
 * @throws `RUN_NOT_FOUND`, `RUN_ACTIVE`; `BAD_REQUEST` for a task it does not have; `SEQ_CONFLICT` if somebody acts on it meanwhile
 */
export async function eraseRun(
  journal: Journal,
  runId: RunId,
  { tasks, reason, by, now }: EraseRequest,
): Promise<Erased> {
  const { summary, head } = await endedRun(journal, runId);
  const unknown = tasks?.find((task) => !Object.hasOwn(summary.tasks, task));
  if (unknown !== undefined)
    throw new HoldpointError(
      'BAD_REQUEST',
      `Run ${runId} has no task "${unknown}". It has: ${Object.keys(summary.tasks).join(', ')}.`,
    );
  const events = await journal.read(runId);
  const copies = await copiesOf(journal, events);
  const seqs = toErase(events, tasks);
  if (seqs.length === 0) return { count: 0, copies };
  await noteInSystem(
    journal,
    draft('run.erased', { run: runId, count: seqs.length, tasks: tasks && [...tasks], reason }, by),
    now,
  );
  const total = seqs.length + events.filter(({ data }) => data === undefined).length;
  const message = `${total} events of the run were erased, the last by ${by}: it cannot be replayed or forked.`;
  await journal.erase(runId, {
    ...{ seq: head.seq, seqs, tasks },
    summary: { ...summary, error: { code: 'RUN_ERASED', message } },
  });
  return { count: seqs.length, copies };
}

/** Of a task: its events, and those of its holds, which repeat its proposals. */
function toErase(events: readonly JournalEvent[], tasks: readonly string[] | null): number[] {
  const holds = new Set<unknown>();
  const seqs: number[] = [];
  for (const { seq, type, data } of events) {
    if (data === undefined) continue;
    const { task, id, holdId } = data as { task?: unknown; id?: unknown; holdId?: unknown };
    const isOurs = tasks === null || (typeof task === 'string' && tasks.includes(task));
    if (isOurs && type === 'hold.opened') holds.add(id);
    if (isOurs || (type.startsWith('hold.') && holds.has(holdId))) seqs.push(seq);
  }
  return seqs;
}

async function copiesOf(journal: Journal, events: readonly JournalEvent[]): Promise<RunId[]> {
  const named = events.flatMap(({ type, data }): RunId[] => {
    if (data === undefined) return [];
    if (type === 'run.forked') return [(data as EventData<'run.forked'>).to];
    if (type !== 'run.started') return [];
    const { forkedFrom } = data as EventData<'run.started'>;
    return forkedFrom ? [forkedFrom.runId] : [];
  });
  const rows = await Promise.all(named.map((id) => journal.run(id)));
  return rows.flatMap((row) => (row ? [row.summary.id] : []));
}

export interface PruneFilter {
  readonly statuses: readonly RunStatus[];
  /** Runs that ended before this, ISO 8601 UTC. */
  readonly endedBefore: string;
}

/** The runs that a prune would remove, oldest first. */
export async function prunable(journal: Journal, { statuses, endedBefore }: PruneFilter): Promise<RunSummary[]> {
  const found: RunSummary[] = [];
  for (const status of statuses) {
    let cursor: string | undefined;
    do {
      const page = await journal.runs({ status, limit: 200, cursor });
      found.push(...page.items.filter(({ endedAt }) => endedAt !== null && endedAt < endedBefore));
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
  }
  return found.sort((a, b) => ((a.endedAt ?? '') < (b.endedAt ?? '') ? -1 : 1));
}

/**
 * Removes a run that has ended with all that belongs to it; its length and head stay in the journal `system`, where they are noted
 * first: whoever is killed between the two leaves a note of a run that is still there, never a run that is gone without one.
 * @throws `RUN_NOT_FOUND`, `RUN_ACTIVE`; `SEQ_CONFLICT` if somebody acts on it meanwhile
 */
export async function pruneRun(
  journal: Journal,
  runId: RunId,
  { by, now }: { by: string; now: string },
): Promise<void> {
  const { summary, head } = await endedRun(journal, runId);
  const { crew, status } = summary;
  await noteInSystem(
    journal,
    draft('run.pruned', { run: runId, crew, status, count: head.seq, head: head.hash }, by),
    now,
  );
  await journal.remove(runId, head.seq);
}

async function endedRun(journal: Journal, runId: RunId): Promise<RunRow> {
  const row = await journal.run(runId);
  if (!row) throw runNotFound(runId);
  const { status, endedAt } = row.summary;
  if (endedAt !== null && !row.wake) return row;
  const message =
    endedAt === null
      ? `Run ${runId} is ${status}: cancel it, or wait for its end.`
      : `Run ${runId} is ${status}, but something is left to be recorded, such as an undo: \`holdpoint runs resume ${runId} FILE\` ends that.`;
  throw new HoldpointError('RUN_ACTIVE', `${message} Nothing of it was removed.`, { details: { status } });
}

function noteInSystem(journal: Journal, event: Draft, at: string) {
  const salt = saltSource();
  return journal.amendSystem(null, (head: Head) => ({
    events: seal(SYSTEM_JOURNAL, head, [event], { at, salt }),
    answer: null,
  }));
}
