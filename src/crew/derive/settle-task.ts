import { HoldpointError } from '../../errors.ts';
import { canonicalJson } from '../../json/canonical-json.ts';
import type { Json } from '../../json/json.ts';
import type { TaskDefinition } from '../crew-definition.ts';
import { type Draft, draft, type EventData } from '../events.ts';
import { readFinalAnswer } from '../final-answer.ts';
import { choiceOf } from '../fold-hold.ts';
import { type Decision, holdOf, type TaskState, taskOf } from '../run-state.ts';
import { type DeriveContext, taskDefinition } from './context.ts';
import { endTask, escalate, settleFailed } from './failure.ts';
import { openHold } from './open-hold.ts';
import { prepareTask } from './prepare-task.ts';

type Proposal = EventData<'task.proposed'>;

/** What the manager said of an output: it goes on, or back to its agent with what to do differently. */
export function weighReview(context: DeriveContext, key: string): Draft[] {
  const state = taskOf(context.state, key);
  const { output } = readFinalAnswer(state.review?.text ?? '');
  const { accept, feedback } =
    ((typeof output === 'object' ? output : null) as { accept?: Json; feedback?: Json }) ?? {};
  if (accept === true) return settleProposal(context, key);
  const complaint =
    typeof feedback === 'string' && feedback !== '' ? feedback : 'The manager did not accept it, and gave no reason.';
  return sendBack(context, taskDefinition(context, key), state, { ...proposalOf(state), complaint });
}

/** A proposed output, its gates asked: sent back, held, escalated or complete. */
export function settleProposal(context: DeriveContext, key: string): Draft[] {
  const task = taskDefinition(context, key);
  const state = taskOf(context.state, key);
  const proposal = proposalOf(state);
  if (proposal.complaint !== null) return sendBack(context, task, state, proposal);
  const { output, reasoning, confidence } = proposal;
  const { review } = proposal;
  const failure = { proposal: output, reasoning, confidence, ...(review ? { review } : {}) };
  if (proposal.blocked !== null)
    return settleFailed(context, task, { code: 'HOOK_BLOCKED', message: proposal.blocked, ...failure });
  if (proposal.escalation !== null) {
    const reasons = [{ code: 'escalation' as const, detail: proposal.escalation }, ...proposal.reasons];
    return [escalate(context, task, { code: 'ESCALATED', message: proposal.escalation, ...failure }, reasons)];
  }
  if (proposal.reasons.length === 0)
    return [draft('task.completed', { task: key, output, source: 'agent', holdId: null })];
  return [
    openHold(context, {
      kind: 'after',
      task: key,
      reasons: proposal.reasons,
      proposal: output,
      schema: context.state.config.tasks[key]?.output ?? { type: 'string' },
      reasoning,
      confidence,
      policies: [task.review, task.confirm.after?.policy, review],
      revises: state.rejectedHold,
    }),
  ];
}

function sendBack(context: DeriveContext, task: TaskDefinition, state: TaskState, proposal: Proposal): Draft[] {
  const { attempt, retries } = state.machine.context;
  const complaint = proposal.complaint ?? '';
  if (retries < task.maxRetries) {
    const told = `Your output was refused by a check: ${complaint}\nGive the whole answer again with that put right.`;
    return [
      draft('task.revised', {
        task: task.key,
        attempt: attempt + 1,
        cause: 'guardrail',
        complaint: told,
        holdId: null,
      }),
    ];
  }
  const { output, reasoning, confidence } = proposal;
  const message = `A check refused the output, after ${retries} retries: ${complaint}`;
  return settleFailed(context, task, { code: 'GUARDRAIL_FAILED', message, proposal: output, reasoning, confidence });
}

/** The output that a person let through: as it was proposed, or as they wrote it. */
export function completeTask({ state }: DeriveContext, key: string): Draft[] {
  const task = taskOf(state, key);
  const { verdict, value, holdId } = decisionOf(task);
  const { output: proposed } = proposalOf(task);
  const output = verdict === 'modify' ? (value ?? null) : holdOf(state, holdId).proposal;
  const modified = canonicalJson(output) !== canonicalJson(proposed);
  return [draft('task.completed', { task: key, output, source: modified ? 'modified' : 'agent', holdId })];
}

/** A rejected start ends the task; a rejected output is revised, up to `maxRevisions`, or ends it, by `onReject`. */
export function settleRejection(context: DeriveContext, key: string): Draft[] {
  const task = taskDefinition(context, key);
  const state = taskOf(context.state, key);
  const { reason, by } = decisionOf(state);
  const said = reason ?? 'no reason given';
  const wasBefore = state.holdId !== null && holdOf(context.state, state.holdId).kind === 'before';
  const holdId = state.holdId;
  if (task.onReject === 'skip')
    return endTask(context, key, { type: 'skipped', cause: 'rejected', detail: said, holdId });
  if (task.onReject === 'fail' || wasBefore) {
    const what = wasBefore ? 'start' : 'output';
    return endTask(context, key, {
      type: 'failed',
      code: 'TASK_REJECTED',
      message: `${by} rejected the ${what} of the task: ${said}`,
      holdId,
    });
  }
  const { attempt, revisions } = state.machine.context;
  if (revisions >= task.maxRevisions) {
    const { output, reasoning, confidence } = proposalOf(state);
    const message = `Rejected ${revisions + 1} times, after ${revisions} revisions. Last by ${by}: ${said}`;
    return settleFailed(context, task, {
      code: 'REVISIONS_EXHAUSTED',
      message,
      proposal: output,
      reasoning,
      confidence,
    });
  }
  const complaint = `A reviewer rejected your output. Reason: ${said}\nRevise it and give the whole answer again.`;
  return [draft('task.revised', { task: key, attempt: attempt + 1, cause: 'rejected', complaint, holdId })];
}

/** The model could not be had, whatever was tried. */
export function settleStuck(context: DeriveContext, key: string): Draft[] {
  const { failure } = taskOf(context.state, key);
  return settleFailed(
    context,
    taskDefinition(context, key),
    failure ?? { code: 'INTERNAL', message: 'The task failed without a cause.' },
  );
}

/** What a person chose for a task that could not go on by itself. */
export async function resolveEscalation(context: DeriveContext, key: string): Promise<Draft[]> {
  const state = taskOf(context.state, key);
  const decision = decisionOf(state);
  const { holdId } = state;
  const said = decision.reason ?? `chosen by ${decision.by}`;
  switch (choiceOf(decision.value)) {
    case 'retry':
      return state.machine.context.attempt === 0 ? prepareTask(context, key) : [retry(context, state, decision)];
    case 'use':
      return [
        draft('task.completed', { task: key, output: usedValue(context, state, decision), source: 'person', holdId }),
      ];
    case 'skip':
      return endTask(context, key, { type: 'skipped', cause: 'person', detail: said, holdId });
    default:
      return endTask(context, key, {
        type: 'failed',
        code: 'TASK_FAILED_BY_PERSON',
        message: `${decision.by} let the task fail: ${said}`,
        holdId,
      });
  }
}

function retry({ state }: DeriveContext, task: TaskState, { reason, by }: Decision): Draft {
  const answered = task.turns.at(-1)?.kind === 'answer';
  const detail = task.holdId ? (holdOf(state, task.holdId).reasons[0]?.detail ?? '') : '';
  const complaint = answered || reason ? `A reviewer (${by}) asks you to try again. ${reason ?? detail}` : '';
  const attempt = task.machine.context.attempt + 1;
  return draft('task.revised', { task: task.key, attempt, cause: 'retry', complaint, holdId: task.holdId });
}

function usedValue({ state }: DeriveContext, task: TaskState, { value }: Decision): Json {
  const given = (value as { value?: Json }).value;
  if (given !== undefined) return given;
  const held = task.holdId ? (holdOf(state, task.holdId).proposal as { output?: Json }).output : undefined;
  return held ?? null;
}

/** A hold that nobody decided in time ends its task as its policy says; it never makes an agent revise. */
export function settleLapse(context: DeriveContext, key: string): Draft[] {
  const { holdId } = taskOf(context.state, key);
  if (!holdId) throw new HoldpointError('INTERNAL', `The task "${key}" lapsed without a hold.`);
  return lapse(context, key, holdId);
}

export function lapse(context: DeriveContext, key: string, holdId: NonNullable<TaskState['holdId']>): Draft[] {
  const { dueAt, policy } = holdOf(context.state, holdId);
  const detail = `Nobody decided hold ${holdId} by ${dueAt}.`;
  if (policy.onExpire === 'skip') return endTask(context, key, { type: 'skipped', cause: 'expired', detail, holdId });
  return endTask(context, key, { type: 'failed', code: 'HOLD_EXPIRED', message: detail, holdId });
}

function decisionOf(task: TaskState): Decision {
  if (!task.decision) throw new HoldpointError('INTERNAL', `The task "${task.key}" goes on without a decision.`);
  return task.decision;
}

function proposalOf(task: TaskState): Proposal {
  if (!task.proposal) throw new HoldpointError('INTERNAL', `The task "${task.key}" has no proposal.`);
  return task.proposal;
}
