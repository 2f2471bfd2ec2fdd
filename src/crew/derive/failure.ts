import type { HoldReason } from '../../hooks/hold.ts';
import type { ReviewPolicy } from '../../hooks/review-policy.ts';
import type { HoldId } from '../../ids.ts';
import type { Json } from '../../json/json.ts';
import type { TaskDefinition } from '../crew-definition.ts';
import { type Draft, draft } from '../events.ts';
import type { DeriveContext } from './context.ts';
import { cancelHolds, openHold } from './open-hold.ts';

export interface Failure {
  readonly code: string;
  readonly message: string;
  /** What was there when it failed, such as the output that a guardrail refused; null: nothing. */
  readonly proposal?: Json;
  readonly reasoning?: string | null;
  readonly confidence?: number | null;
  /** What a hook adds to the policy. */
  readonly review?: ReviewPolicy | null;
}

const REASONS: Readonly<Record<string, HoldReason['code']>> = { GUARDRAIL_FAILED: 'guardrail', HOOK_BLOCKED: 'hook' };

/** What a task's failure leads to, by its `onFailure`: a person is asked (default), or it fails, or it is skipped. */
export function settleFailed(context: DeriveContext, task: TaskDefinition, failure: Failure): Draft[] {
  const { code, message } = failure;
  switch (task.onFailure) {
    case 'escalate':
      return [escalate(context, task, failure, [{ code: REASONS[code] ?? 'escalation', detail: message }])];
    case 'fail':
      return endTask(context, task.key, { type: 'failed', code, message, holdId: null });
    case 'skip':
      return endTask(context, task.key, { type: 'skipped', cause: 'failed', detail: message, holdId: null });
  }
}

/** A hold of kind `escalation`: retry, use a result, skip or fail; never just "yes". Whoever may let an output pass decides here too. */
export function escalate(
  context: DeriveContext,
  task: TaskDefinition,
  failure: Failure,
  reasons: readonly HoldReason[],
): Draft {
  const { code, message, proposal, reasoning = null, confidence = null, review } = failure;
  const output = context.state.config.tasks[task.key]?.output ?? { type: 'string' };
  return openHold(context, {
    kind: 'escalation',
    task: task.key,
    reasons,
    proposal: { error: { code, message }, ...(proposal === undefined ? {} : { output: proposal }) },
    schema: choiceSchema(['retry', 'use', 'skip', 'fail'], output),
    reasoning,
    confidence,
    policies: [task.review, task.confirm.after?.policy, review],
  });
}

export function choiceSchema(choices: readonly string[], value: Json): { [key: string]: Json } {
  return {
    type: 'object',
    properties: { choice: { type: 'string', enum: choices }, ...(choices.includes('use') ? { value } : {}) },
    required: ['choice'],
    additionalProperties: false,
  };
}

type Cause = 'when' | 'dependency' | 'rejected' | 'expired' | 'failed' | 'person';
type End =
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly holdId: HoldId | null }
  | { readonly type: 'skipped'; readonly cause: Cause; readonly detail: string; readonly holdId: HoldId | null };

/** Ends a task without an output; holds of it that are still open are withdrawn first. */
export function endTask({ state }: DeriveContext, key: string, end: End): Draft[] {
  const last =
    end.type === 'failed'
      ? draft('task.failed', { task: key, error: { code: end.code, message: end.message }, holdId: end.holdId })
      : draft('task.skipped', { task: key, cause: end.cause, detail: end.detail, holdId: end.holdId });
  const withdrawn = cancelHolds(state, `The task "${key}" ${end.type === 'failed' ? 'failed' : 'was skipped'}.`, key);
  return [...withdrawn, last];
}
