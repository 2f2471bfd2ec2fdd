import type { TaskDefinition } from '../crew-definition.ts';
import type { Draft } from '../events.ts';
import { agentOf } from '../prompt.ts';
import { holdOf, taskOf } from '../run-state.ts';
import { overBudget } from './budget.ts';
import { type DeriveContext, type HookOutcome, runHook, taskDefinition } from './context.ts';
import { holdRun } from './end-run.ts';
import { escalate, settleFailed } from './failure.ts';

/** Whether the next model call may be made at all: null if so, else what is recorded instead. */
export async function prepareCall(context: DeriveContext, key: string): Promise<readonly Draft[] | null> {
  const task = taskDefinition(context, key);
  const { maxSteps } = agentOf(context.crew, task);
  const { step } = taskOf(context.state, key).machine.context;
  if (step >= maxSteps) {
    const message = `The agent used all its ${maxSteps} steps without an answer.`;
    return settleFailed(context, task, { code: 'STEP_LIMIT', message });
  }
  return admitCall(context, task, step === 0);
}

/** A manager's review is one call, without tools and without a limit of steps. */
export function prepareReview(context: DeriveContext, key: string): Promise<readonly Draft[] | null> {
  return admitCall(context, taskDefinition(context, key), true);
}

async function admitCall(
  context: DeriveContext,
  task: TaskDefinition,
  isFirst: boolean,
): Promise<readonly Draft[] | null> {
  const hook = await askHook(context, task, isFirst);
  if (hook.blocked !== null) return settleFailed(context, task, { code: 'HOOK_BLOCKED', message: hook.blocked });
  if (hook.held)
    return [escalate(context, task, { code: 'HELD', message: hook.held.detail, review: hook.review }, [hook.held])];
  const over = overBudget(context.state);
  return over ? [holdRun(context, over.reason, over.proposal)] : null;
}

/** The `beforeModelCall` hook; a call that it held and a person let through is not asked about again. */
async function askHook(context: DeriveContext, task: TaskDefinition, isFirst: boolean): Promise<HookOutcome> {
  const { holdId, machine } = taskOf(context.state, task.key);
  const last = holdId ? holdOf(context.state, holdId) : null;
  const wasAsked = last?.kind === 'escalation' && last.reasons[0]?.code === 'hook' && last.status === 'answered';
  const { attempt, step } = machine.context;
  if (wasAsked && isFirst && last.attempt === attempt - 1) return { held: null, blocked: null, review: null };
  return runHook(context, 'beforeModelCall', { task: task.key, agent: task.agent, step: step + 1 });
}
