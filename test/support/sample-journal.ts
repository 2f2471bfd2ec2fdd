import type { CrewConfigData } from '../../src/crew/crew-config.ts';
import { type Draft, draft } from '../../src/crew/events.ts';
import type { HoldRecord } from '../../src/hooks/hold.ts';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { type HoldId, holdIdOf, type RunId } from '../../src/ids.ts';
import { EMPTY_HEAD, type Head, headOf, type JournalEvent, seal } from '../../src/journal/envelope.ts';
import type { Amendment, OwnerAppend } from '../../src/journal/journal.ts';
import { lift, type Payload } from '../../src/journal/payloads.ts';

/** Small, whole journals for tests of what stores, checks and reads them. Times and salts are made up, so they repeat. */

export const AT = '2026-03-01T10:00:00.000Z';
export const OWNER = 'node_a';

export function runId(name: string): RunId {
  return `run_${name}` as RunId;
}

let salts = 0;
const salt = () => (++salts).toString(16).padStart(32, '0');

export function sealed(run: RunId, head: Head, drafts: readonly Draft[]) {
  return seal(run, head, drafts, { at: AT, salt });
}

const CONFIG: CrewConfigData = {
  name: 'desk',
  version: null,
  inputs: null,
  process: 'sequential',
  manager: null,
  concurrency: 4,
  model: null,
  review: null,
  budget: null,
  maxHolds: 100,
  shadow: null,
  hooks: [],
  agents: {},
  tasks: {},
  tools: {},
};

export function started(inputs: { [key: string]: string } = { ticket: 'Zürich — 雪 \u{1f600}' }): Draft {
  const crew = { crew: 'desk', fingerprint: 'f1', config: CONFIG, modules: null, machines: 1 } as const;
  return draft('run.started', { ...crew, inputs, requestedBy: 'user:ana', forkedFrom: null });
}

export function commented(hold: HoldId, text: string, by = 'user:ben'): Draft {
  return draft('hold.commented', { holdId: hold, text }, by);
}

export function proposed(output: string): Draft {
  const verdicts = { complaint: null, blocked: null, escalation: null, reasons: [] };
  return draft('task.proposed', { task: 'assess', attempt: 1, output, reasoning: null, confidence: 0.5, ...verdicts });
}

export function summaryOf(run: RunId, changes: Partial<RunSummary> = {}): RunSummary {
  return {
    id: run,
    crew: 'desk',
    status: 'running',
    tasks: { assess: 'working' },
    openHolds: [],
    usage: { inputTokens: 0, outputTokens: 0, calls: 0 },
    requestedBy: 'user:ana',
    startedAt: AT,
    endedAt: null,
    lastSeq: 1,
    error: null,
    ...changes,
  };
}

export function holdOf(run: RunId, n = 1, changes: Partial<HoldRecord> = {}): HoldRecord {
  const policy = { reviewers: [], quorum: 1, notRequester: false, dueInMs: null, remindAfterMs: null };
  return {
    ...{ id: holdIdOf(run, n), revision: 1, task: 'assess', agent: 'analyst', attempt: 1, kind: 'after', seq: 2 },
    ...{
      runId: run,
      crew: 'desk',
      requestedBy: 'user:ana',
      status: 'open',
      reasons: [{ code: 'confirm', detail: 'c' }],
    },
    ...{ proposal: { refund: true }, digest: 'd'.repeat(64), schema: null, previous: null, action: null, impact: null },
    ...{ reasoning: null, confidence: null, blocks: [], history: [], allowed: ['approve', 'reject'] },
    policy: { ...policy, escalateTo: [], onExpire: 'wait', reasonRequired: ['reject'] },
    ...{ dueAt: null, remindAt: null, votes: [], overdue: false, reminded: false, claimedBy: null, claimedUntil: null },
    ...{ comments: [], openedAt: AT, closedAt: null, decidedBy: [] },
    ...changes,
  };
}

type Changes = Partial<Omit<OwnerAppend, 'summary'>> & { summary?: Partial<RunSummary>; drafts?: readonly Draft[] };

/** An owner's append of `drafts` after `head`; by default the one that starts the run. */
export function appendOf(run: RunId, { summary, drafts = [started()], head = EMPTY_HEAD, ...changes }: Changes = {}) {
  const events = sealed(run, head, drafts);
  const batch: OwnerAppend = {
    ...{ runId: run, epoch: 1, owner: OWNER, head, events, payloads: [], holds: [], fingerprint: 'f1' },
    summary: summaryOf(run, { lastSeq: head.seq + events.length, ...summary }),
    ...changes,
  };
  return { batch, head: headOf(events) };
}

/** What `decide` of `amend` may answer: a comment by another person, unless told otherwise. */
export function amendmentOf(
  run: RunId,
  head: Head,
  changes: Partial<Amendment<{ recordedSeq: number }>> & {
    drafts?: readonly Draft[];
    status?: RunSummary['status'];
  } = {},
): Amendment<{ recordedSeq: number }> {
  const { drafts = [commented(holdIdOf(run, 1), 'hm')], status = 'running', ...rest } = changes;
  const events = sealed(run, head, drafts);
  const recordedSeq = head.seq + events.length;
  const summary = summaryOf(run, { lastSeq: recordedSeq, status });
  return { events, payloads: [], holds: [], summary, wake: false, answer: { recordedSeq }, ...rest };
}

/** A run of four events, the third with a value that was moved out of it (`maxBytes` 32). */
export function sampleRun(run: RunId = runId('sample')): { run: RunId; events: JournalEvent[]; payloads: Payload[] } {
  const lifted = lift(proposed('A refund of 12.5 euros, since the parcel was lost twice').data, 32);
  const large = { ...proposed(''), data: lifted.data } as Draft;
  const hold = holdIdOf(run, 1);
  const events = sealed(run, EMPTY_HEAD, [started(), proposed('ok'), large, commented(hold, 'So be it.')]);
  return { run, events, payloads: lifted.payloads };
}
