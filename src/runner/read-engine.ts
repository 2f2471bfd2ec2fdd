import { contextOf } from '../crew/prompt.ts';
import type { RunState } from '../crew/run-state.ts';
import { HoldpointError } from '../errors.ts';
import { type Hold, type HoldInFull, type HoldRecord, toHold } from '../hooks/hold.ts';
import type { Verdict } from '../hooks/review-policy.ts';
import { type Reviewer, whyNotAllowed } from '../hooks/reviewer.ts';
import type { RunSummary, RunWithOutputs } from '../hooks/run-summary.ts';
import type { HoldId, RunId } from '../ids.ts';
import { inTurns } from '../journal/in-turns.ts';
import type { Journal } from '../journal/journal.ts';
import { runNotFound } from '../journal/preconditions.ts';
import { verifySteps } from '../journal/verify.ts';
import type { Json } from '../json/json.ts';
import { type RunView, viewOf } from '../replay/run-view.ts';
import { holdNotFound } from './decidable.ts';
import { loadRun, resolveEvents } from './load-run.ts';

/** What the engine tells of runs and holds, read from the journal. */
export async function readHold(
  journal: Journal,
  holdId: HoldId,
  reviewer: Reviewer,
): Promise<{ hold: HoldInFull; you: { may: Verdict[]; why: string | null } }> {
  const record = await journal.hold(holdId);
  if (!record) throw holdNotFound(holdId);
  const { state } = record.runId ? await loadRun(journal, record.runId, record.seq) : { state: null };
  const hold: HoldInFull = { ...toHold(record), context: [], done: [] };
  const seen =
    state && record.task !== null
      ? { ...hold, context: contextOf(state, record.task), done: doneBy(state, record.task) }
      : hold;
  if (record.status !== 'open') return { hold: seen, you: { may: [], why: `It is ${record.status}.` } };
  const why = whyNotAllowed(record, reviewer) ?? whyNoVote(record, reviewer);
  return { hold: seen, you: { may: why === null ? [...record.allowed] : [], why } };
}

/** One vote a person and revision: who gave theirs has to wait for the others. */
function whyNoVote({ votes, policy }: HoldRecord, { user }: Reviewer): string | null {
  const mine = votes.find(({ by }) => by === user);
  if (!mine) return null;
  const left = policy.quorum - votes.length;
  return `You voted to ${mine.verdict}. It takes ${left} more.`;
}

/** What a task's agent has done with its tools so far. */
function doneBy(state: RunState, task: string): NonNullable<Hold['done']> {
  return state.actions.all().flatMap((action) => {
    if (action.task !== task || !action.result) return [];
    const { output, at } = action.result;
    return [{ tool: action.tool, input: action.started?.input ?? action.proposed?.input ?? null, output, at }];
  });
}

export async function readRun(journal: Journal, runId: RunId): Promise<RunWithOutputs> {
  const row = await journal.run(runId);
  if (!row) throw runNotFound(runId);
  return withOutputs(journal, row.summary);
}

export async function withOutputs(journal: Journal, summary: RunSummary): Promise<RunWithOutputs> {
  return { ...summary, outputs: await readOutputs(journal, summary.id as RunId, summary.lastSeq) };
}

/** What the tasks have given so far, without folding the run. */
async function readOutputs(journal: Journal, runId: RunId, upTo: number): Promise<Record<string, Json>> {
  const completed = await journal.read(runId, { type: 'task.completed' });
  const events = await resolveEvents(
    journal,
    runId,
    completed.filter(({ seq }) => seq <= upTo),
    { allowErased: true },
  );
  return Object.fromEntries(
    events.flatMap((event) => (event.type === 'task.completed' ? [[event.data.task, event.data.output]] : [])),
  );
}

/** @throws `BAD_REQUEST` for what no event can bear as its `seq`; past the last event the last state is meant. */
export async function readState(journal: Journal, runId: RunId, seq?: number): Promise<RunView> {
  if (seq !== undefined && (!Number.isInteger(seq) || seq < 1))
    throw new HoldpointError(
      'BAD_REQUEST',
      `Events count from 1; there is no event ${seq}. Leave \`seq\` out for the last.`,
    );
  return viewOf((await loadRun(journal, runId, seq)).state);
}

export async function verifyRun(journal: Journal, runId: RunId) {
  const events = await journal.read(runId);
  if (events.length === 0) throw runNotFound(runId);
  const verdict = await inTurns(verifySteps(events, { payloads: await journal.payloads(runId) }));
  if (verdict.ok) return { ok: true, count: verdict.count, head: verdict.head };
  return {
    ok: false,
    count: events.length,
    head: events.at(-1)?.hash ?? '',
    seq: verdict.seq,
    problem: verdict.problem,
  };
}
