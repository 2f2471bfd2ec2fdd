import { HoldpointError } from '../../errors.ts';
import { compareTiers } from '../../hooks/tier.ts';
import type { ActionId } from '../../ids.ts';
import { canonicalJson } from '../../json/canonical-json.ts';
import { digestOf } from '../../json/digest.ts';
import type { Json } from '../../json/json.ts';
import { ASK_HUMAN } from '../ask-human.ts';
import { type Draft, draft, type EventData } from '../events.ts';
import { choiceOf } from '../fold-hold.ts';
import { type ActionState, actionOf, type Decision, holdOf, taskOf } from '../run-state.ts';
import { type DeriveContext, taskDefinition } from './context.ts';
import { choiceSchema, endTask, settleFailed } from './failure.ts';
import { toolFor } from './interpret-answer.ts';
import { cancelHolds, openHold } from './open-hold.ts';
import { lapse } from './settle-task.ts';
import { type Assessment, assessAction } from './tier-of-action.ts';

type Proposed = EventData<'action.proposed'>;

/** A proposed action: started if its tier lets it run and nothing else objects, else held. */
export function settleAction(context: DeriveContext, id: ActionId): Draft[] {
  const action = actionOf(context.state, id);
  const proposed = proposedOf(action);
  const { tier, reasons, input, impact, review = null } = proposed;
  if (compareTiers(tier, 'approval') < 0 && reasons.length === 0) return [start(context, action, input, tier)];
  const rejected = taskOf(context.state, action.task).rejectedCalls[action.tool]?.holdId ?? null;
  return [holdAction(context, action, { input, impact, reasons, tier, review, blocked: null }, rejected)];
}

type HoldableAction = Omit<Assessment, 'level'> & { readonly input: Json };

function holdAction(
  context: DeriveContext,
  action: ActionState,
  wanted: HoldableAction,
  revises: ActionState['holdId'],
): Draft {
  const { input, impact, reasons, review } = wanted;
  const task = taskDefinition(context, action.task);
  const use = toolFor(task, action.tool);
  const tier = compareTiers(wanted.tier, 'approval') < 0 ? 'approval' : wanted.tier;
  const asks = action.tool === ASK_HUMAN;
  const kind = asks ? 'question' : tier === 'human' ? 'human' : 'action';
  const tool = context.state.config.tools[action.tool];
  const turn = taskOf(context.state, action.task).turns.findLast((candidate) => candidate.kind === 'answer');
  return openHold(context, {
    kind,
    task: action.task,
    reasons: asks ? [{ code: 'tier', detail: 'The agent asks a person.' }] : reasons,
    proposal: asks ? input : { tool: action.tool, input },
    schema:
      kind === 'action'
        ? (tool?.input ?? null)
        : kind === 'human'
          ? (tool?.output ?? { type: 'string' })
          : answerSchema(input),
    action: { id: action.id, tool: action.tool, tier },
    impact,
    reasoning: turn?.kind === 'answer' && turn.answer.text !== '' ? turn.answer.text : null,
    policies: [task.review, use?.tool.review, use?.review, review],
    revises,
  });
}

function answerSchema(input: Json): { [key: string]: Json } {
  const { options } = input as { options?: readonly string[] };
  return options?.length ? { type: 'string', enum: options } : { type: 'string' };
}

function start({ state }: DeriveContext, action: ActionState, input: Json, tier: Proposed['tier']): Draft {
  const { id: actionId, task, tool, approvedDigest, started } = action;
  return draft('action.started', {
    task,
    actionId,
    tool,
    input,
    digest: approvedDigest ?? digestOf({ actionId, tool, proposal: { tool, input } }),
    tier,
    holdId: started ? started.holdId : action.holdId,
    // One that was begun in the run that this one was forked from is repeated as the same one.
    idempotencyKey: started?.idempotencyKey ?? `${state.id}:${actionId}`,
    try: (started?.try ?? 0) + 1,
  });
}

/** An approved action starts with what was approved. A modified one is assessed again: more oversight than it had opens a new hold. */
export async function startAction(context: DeriveContext, id: ActionId): Promise<Draft[]> {
  const action = actionOf(context.state, id);
  const { input: proposed, tier, level = null } = proposedOf(action);
  const input = approvedInput(context, action);
  if (canonicalJson(input) === canonicalJson(proposed)) return [start(context, action, input, tier)];
  const task = taskDefinition(context, action.task);
  const use = toolFor(task, action.tool);
  if (!use) return [refuse(action, 'TOOL_UNKNOWN', `There is no tool "${action.tool}" any more.`)];
  const assessed = await assessAction(context, task, use, input, level);
  if (assessed.blocked !== null) return [refuse(action, 'HOOK_BLOCKED', assessed.blocked)];
  const asked = holdAction(context, action, { ...assessed, input }, action.holdId);
  return needsMore(context, action, assessed, asked) ? [asked] : [start(context, action, input, assessed.tier)];
}

/** Whether what would run asks for more than the hold gave that let it through: a higher tier, another policy, a hook's objection. */
function needsMore({ state }: DeriveContext, { holdId }: ActionState, assessed: Assessment, asked: Draft): boolean {
  const given = holdId === null ? null : holdOf(state, holdId);
  if (!given?.action || asked.type !== 'hold.opened') return true;
  if (compareTiers(assessed.tier, given.action.tier) > 0) return true;
  if (canonicalJson(asked.data.policy) !== canonicalJson(given.policy)) return true;
  const known = given.reasons.map((reason) => canonicalJson(reason));
  return assessed.reasons.some((reason) => reason.code === 'hook' && !known.includes(canonicalJson(reason)));
}

/** The input that was let through: the reviewer's own, or that of the revision they approved. */
function approvedInput({ state }: DeriveContext, action: ActionState): Json {
  const decision = decisionOf(action);
  if (decision.verdict === 'modify') return decision.value ?? null;
  const { input = null } = holdOf(state, decision.holdId).proposal as { input?: Json };
  return input;
}

function refuse(action: ActionState, code: string, message: string): Draft {
  const { id: actionId, task, callId, tool, holdId } = action;
  return draft('action.refused', {
    task,
    actionId,
    step: action.proposed?.step ?? 0,
    callId,
    tool,
    code,
    message,
    holdId,
  });
}

/** A rejected action goes back to its agent with the reason; after too many of them a person says how to go on. */
export function refuseAction(context: DeriveContext, id: ActionId): Draft[] {
  const action = actionOf(context.state, id);
  const { reason, by } = decisionOf(action);
  const task = taskDefinition(context, action.task);
  const { count = 0 } = taskOf(context.state, action.task).rejectedCalls[action.tool] ?? {};
  const said = reason ?? 'no reason given';
  if (count <= task.maxRevisions) return [refuse(action, 'REJECTED', `A reviewer rejected this call. Reason: ${said}`)];
  const message = `${action.tool} was rejected ${count} times, after ${count - 1} revisions. Last by ${by}: ${said}`;
  return task.onFailure === 'escalate'
    ? [escalateAction(context, action, { code: 'REVISIONS_EXHAUSTED', message }, 'escalation')]
    : settleFailed(context, task, { code: 'REVISIONS_EXHAUSTED', message });
}

/** What a person did or answered outside, as the action's result. */
export function recordResult({ state }: DeriveContext, id: ActionId): Draft[] {
  const action = actionOf(state, id);
  const output = decisionOf(action).value ?? null;
  return [draft('action.succeeded', { task: action.task, actionId: id, output, undoUntil: null, source: 'person' })];
}

/** A tool that failed: a person is asked whenever its effect is in doubt, otherwise as the task's `onFailure` says. */
export function settleActionFailure(context: DeriveContext, id: ActionId): Draft[] {
  const action = actionOf(context.state, id);
  const { error, effect } = action.failure ?? {
    error: { code: 'INTERNAL', message: 'The action failed without a cause.' },
    effect: 'unknown' as const,
  };
  const task = taskDefinition(context, action.task);
  const failure = { code: error.code, message: `${action.tool}: ${error.message}` };
  if (effect !== 'none') return [escalateAction(context, action, failure, 'outcome-unknown')];
  if (task.onFailure === 'escalate') return [escalateAction(context, action, failure, 'escalation')];
  return [refuse(action, failure.code, failure.message), ...settleFailed(context, task, failure)];
}

type Cause = 'escalation' | 'outcome-unknown';

function escalateAction(
  context: DeriveContext,
  action: ActionState,
  failure: { code: string; message: string },
  code: Cause,
): Draft {
  const task = taskDefinition(context, action.task);
  const use = toolFor(task, action.tool);
  const input = action.started?.input ?? action.proposed?.input ?? null;
  const raw = action.failure?.raw ?? null;
  return openHold(context, {
    kind: 'escalation',
    task: action.task,
    reasons: [{ code, detail: failure.message }],
    proposal: { error: failure, tool: action.tool, input, ...(raw === null ? {} : { output: raw }) },
    schema: choiceSchema(
      ['retry', 'use', 'skip', 'fail'],
      context.state.config.tools[action.tool]?.output ?? { type: 'string' },
    ),
    action: { id: action.id, tool: action.tool, tier: action.proposed?.tier ?? 'approval' },
    impact: action.proposed?.impact ?? null,
    policies: [task.review, use?.tool.review, use?.review, action.proposed?.review],
  });
}

/** What a person chose for an action that failed, whose outcome is unknown, or that was rejected too often. */
export function resolveAction(context: DeriveContext, id: ActionId): Draft[] {
  const action = actionOf(context.state, id);
  const decision = decisionOf(action);
  const said = decision.reason ?? 'no reason given';
  const { started, holdId, task } = action;
  switch (choiceOf(decision.value)) {
    case 'retry':
      if (!started) return [refuse(action, 'REJECTED', `A reviewer rejected this call. Reason: ${said}`)];
      return [start(context, action, started.input, started.tier)];
    case 'use': {
      const output = (decision.value as { value?: Json }).value ?? action.failure?.raw ?? null;
      return [draft('action.succeeded', { task, actionId: id, output, undoUntil: null, source: 'person' })];
    }
    case 'skip':
      return [refuse(action, 'SKIPPED', `A reviewer let this call be skipped. Reason: ${said}`)];
    default: {
      const message = `${decision.by} let the task fail: ${said}`;
      return [refuse(action, 'TASK_FAILED_BY_PERSON', message), ...endOfTask(context, task, message, holdId)];
    }
  }
}

function endOfTask(context: DeriveContext, task: string, message: string, holdId: ActionState['holdId']): Draft[] {
  return endTask(context, task, { type: 'failed', code: 'TASK_FAILED_BY_PERSON', message, holdId });
}

export function settleActionLapse(context: DeriveContext, id: ActionId): Draft[] {
  const { task, holdId } = actionOf(context.state, id);
  return holdId ? lapse(context, task, holdId) : cancelHolds(context.state, 'It lapsed.', task);
}

function proposedOf(action: ActionState): Proposed {
  if (!action.proposed) throw new HoldpointError('INTERNAL', `The action ${action.id} was never proposed.`);
  return action.proposed;
}

function decisionOf(action: ActionState): Decision {
  if (!action.decision) throw new HoldpointError('INTERNAL', `The action ${action.id} goes on without a decision.`);
  return action.decision;
}
