import type { Hold, HoldKind, PastDecision } from '../../../src/client/index.ts';
import { shortAct } from '../hold/act-sentence.ts';
import { type Outcome, outcomeOf } from './audit-query.ts';

/** A line of the audit: one decision, or a hold that closed without one. */
export interface AuditRow {
  readonly key: string;
  readonly holdId: string;
  readonly runId: string | null;
  readonly crew: string | null;
  readonly task: string | null;
  readonly outcome: Outcome;
  readonly at: string;
  /** Under a quorum all whose votes made it; nobody where the hold closed by itself. */
  readonly people: readonly string[];
  readonly act: string;
  readonly reason: string | null;
  readonly reasonCode: string | null;
  /** Of what was looked at; null where only the journal knows it. */
  readonly digest: string | null;
  readonly diff?: unknown;
}

export function rowOfDecision(decision: PastDecision): AuditRow {
  const { holdId, verdict, at, decidedBy, diff, kind, tool, task, summary, by, ...same } = decision;
  return {
    runId: same.runId,
    crew: same.crew,
    reason: same.reason,
    reasonCode: same.reasonCode,
    digest: same.digest,
    key: `${holdId} ${at} ${by}`,
    holdId,
    task,
    at,
    outcome: outcomeOf(verdict),
    people: decidedBy,
    act: actOf({ kind, tool, task, summary }),
    ...(diff === undefined ? {} : { diff }),
  };
}

/** A hold that expired or was withdrawn. */
export function rowOfHold(hold: Hold): AuditRow {
  const { id, runId, crew, task, status, closedAt, openedAt, digest, review } = hold;
  return {
    key: id,
    holdId: id,
    runId,
    crew,
    task,
    outcome: status === 'open' ? 'cancelled' : status,
    at: closedAt ?? openedAt,
    people: [],
    act: shortAct(hold),
    reason:
      status === 'expired' && review.dueAt !== null ? 'nobody answered in time' : 'the run does not need it any more',
    reasonCode: null,
    digest,
  };
}

function actOf({
  kind,
  tool,
  task,
  summary,
}: {
  kind: HoldKind;
  tool: string | null;
  task: string | null;
  summary: string;
}): string {
  if (kind === 'after') return `Output of ${task}`;
  if (kind === 'before') return `Start of ${task}`;
  if (kind === 'escalation') return `${task}, which failed`;
  return summary === '' ? (tool ?? task ?? kind) : summary;
}
