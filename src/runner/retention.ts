import { type Draft, draft } from '../crew/events.ts';
import { HoldpointError } from '../errors.ts';
import type { RunStatus, RunSummary } from '../hooks/run-summary.ts';
import { type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import { type Head, type JournalEvent, seal } from '../journal/envelope.ts';
import type { Journal, RunRow } from '../journal/journal.ts';
import { runNotFound } from './load-run.ts';
import { saltSource } from './salt.ts';

export interface EraseRequest {
  /** Only what these tasks said and did; null: the whole run. */
  readonly tasks: readonly string[] | null;
  readonly reason: string;
  readonly by: string;
  /** ISO 8601 UTC. */
  readonly now: string;
}

/**
 * Removes the content of a run that has ended, for good; who, when and why is in the journal `system`. Its chain still verifies.
 * Names of people in `by` and the types and times of events stay. What other tasks took over from an erased one stays too.
 * @returns how many events lost their content. @throws `RUN_NOT_FOUND`, `RUN_ACTIVE`; `BAD_REQUEST` for a task it does not have
 */
export async function eraseRun(
  journal: Journal,
  runId: RunId,
  { tasks, reason, by, now }: EraseRequest,
): Promise<number> {
  const { summary } = await endedRun(journal, runId);
  const unknown = tasks?.find((task) => !Object.hasOwn(summary.tasks, task));
  if (unknown !== undefined)
    throw new HoldpointError(
      'BAD_REQUEST',
      `Run ${runId} has no task "${unknown}". It has: ${Object.keys(summary.tasks).join(', ')}.`,
    );
  const seqs = toErase(await journal.read(runId), tasks);
  const erased = draft('run.erased', { run: runId, count: seqs.length, tasks: tasks && [...tasks], reason }, by);
  await noteInSystem(journal, erased, now);
  const message = `${seqs.length} events of the run were erased by ${by}: it cannot be replayed or forked.`;
  await journal.erase(runId, { seqs, tasks, summary: { ...summary, error: { code: 'RUN_ERASED', message } } });
  return seqs.length;
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

/** Removes a run that has ended with all that belongs to it; its length and head stay in the journal `system`. */
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
  await journal.remove(runId);
}

async function endedRun(journal: Journal, runId: RunId): Promise<RunRow> {
  const row = await journal.run(runId);
  if (!row) throw runNotFound(runId);
  const { status, endedAt } = row.summary;
  if (endedAt !== null && !row.wake) return row;
  throw new HoldpointError(
    'RUN_ACTIVE',
    `Run ${runId} is ${status}: cancel it, or wait for its end, and erase it then.`,
    {
      details: { status },
    },
  );
}

function noteInSystem(journal: Journal, event: Draft, at: string) {
  const salt = saltSource();
  return journal.amendSystem(null, (head: Head) => ({
    events: seal(SYSTEM_JOURNAL, head, [event], { at, salt }),
    answer: null,
  }));
}
