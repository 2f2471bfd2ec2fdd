import type { HoldKind, HoldOpening, HoldReason, Impact } from '../../hooks/hold.ts';
import { holdDigest } from '../../hooks/hold-digest.ts';
import { mergePolicies, type ReviewPolicy, type Verdict } from '../../hooks/review-policy.ts';
import { type HoldId, holdIdOf } from '../../ids.ts';
import type { Json } from '../../json/json.ts';
import { type Draft, draft } from '../events.ts';
import { holdOf, type RunState } from '../run-state.ts';
import type { DeriveContext } from './context.ts';

const ALLOWED: Readonly<Record<HoldKind, readonly Verdict[]>> = {
  before: ['approve', 'modify', 'reject'],
  after: ['approve', 'modify', 'reject'],
  action: ['approve', 'modify', 'reject'],
  human: ['respond', 'reject'],
  question: ['respond'],
  escalation: ['respond'],
  run: ['respond'],
  oversight: ['approve', 'reject'],
};

export interface HoldWanted {
  readonly kind: HoldKind;
  readonly task: string | null;
  readonly reasons: readonly HoldReason[];
  readonly proposal: Json;
  readonly schema: HoldOpening['schema'];
  readonly action?: HoldOpening['action'];
  readonly impact?: Impact | null;
  readonly reasoning?: string | null;
  readonly confidence?: number | null;
  /** From the least to the most particular place. */
  readonly policies: readonly (ReviewPolicy | null | undefined)[];
  /** The rejected (or outgrown) hold that this one revises. */
  readonly revises?: HoldId | null;
}

export function openHold(context: DeriveContext, wanted: HoldWanted): Draft {
  const { state, crew, now } = context;
  const id = holdIdOf(state.id, state.holdCount + 1);
  const before = wanted.revises ? holdOf(state, wanted.revises) : null;
  const revision = (before?.revision ?? 0) + 1;
  const policy = mergePolicies([crew.review ?? undefined, ...wanted.policies.map((given) => given ?? undefined)]);
  const task = wanted.task === null ? null : (state.tasks.get(wanted.task) ?? null);
  return draft('hold.opened', {
    id,
    revision,
    task: wanted.task,
    agent: wanted.task === null ? null : (state.config.tasks[wanted.task]?.agent ?? null),
    attempt: task?.machine.context.attempt ?? 0,
    kind: wanted.kind,
    reasons: [...wanted.reasons],
    proposal: wanted.proposal,
    digest: holdDigest({
      holdId: id,
      revision,
      kind: wanted.kind,
      tool: wanted.action?.tool ?? null,
      proposal: wanted.proposal,
    }),
    schema: wanted.schema,
    previous: before ? { proposal: before.proposal, digest: before.digest } : null,
    action: wanted.action ?? null,
    impact: wanted.impact ?? null,
    reasoning: wanted.reasoning ?? null,
    confidence: wanted.confidence ?? null,
    blocks: wanted.task === null ? [] : dependentsOf(state, wanted.task),
    history: before ? [...before.history] : [],
    allowed: [...ALLOWED[wanted.kind]],
    policy,
    dueAt: later(now, policy.dueInMs),
    remindAt: later(now, policy.remindAfterMs),
  });
}

function later(now: string, ms: number | null): string | null {
  return ms === null ? null : new Date(Date.parse(now) + ms).toISOString();
}

/** Every task that cannot start before this one has ended. */
function dependentsOf({ config }: RunState, key: string): string[] {
  const found = new Set<string>();
  const visit = (upstream: string) => {
    for (const [name, task] of Object.entries(config.tasks)) {
      const waits = task.context.includes(upstream) || task.optionalContext.includes(upstream);
      if (waits && !found.has(name)) {
        found.add(name);
        visit(name);
      }
    }
  };
  visit(key);
  return Object.keys(config.tasks).filter((name) => found.has(name));
}

/** Cancels the open holds of one task (or of the whole run): nobody shall decide what can have no effect. */
export function cancelHolds(state: RunState, reason: string, task?: string): Draft[] {
  return state.holds
    .all()
    .filter((hold) => hold.status === 'open' && (task === undefined || hold.task === task))
    .map((hold) => draft('hold.cancelled', { holdId: hold.id, reason }));
}
