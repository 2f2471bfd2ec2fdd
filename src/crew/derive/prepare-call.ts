import type { TaskDefinition } from '../crew-definition.ts';
import { type Draft, draft } from '../events.ts';
import { MAX_RUN_EVENTS } from '../journal-limit.ts';
import { agentOf } from '../prompt.ts';
import { holdOf, taskOf } from '../run-state.ts';
import { overBudget } from './budget.ts';
import { type DeriveContext, type HookOutcome, runHook, taskDefinition } from './context.ts';
import { holdRun } from './end-run.ts';
import { escalate, settleFailed } from './failure.ts';
import { cancelHolds } from './open-hold.ts';

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
  if (context.state.seq >= (context.maxRunEvents ?? MAX_RUN_EVENTS)) return journalFull(context, task);
  const hook = await askHook(context, task, isFirst);
  if (hook.blocked !== null) return settleFailed(context, task, { code: 'HOOK_BLOCKED', message: hook.blocked });
  if (hook.held)
    return [escalate(context, task, { code: 'HELD', message: hook.held.detail, review: hook.review }, [hook.held])];
  const over = overBudget(context.state);
  return over ? [holdRun(context, over.reason, over.proposal)] : null;
}

/** Every loop goes through a model: one that never ends stops here, with the reason in the journal. */
function journalFull({ state }: DeriveContext, task: TaskDefinition): Draft[] {
  // Without the limit, which is the operator's and of that day: a replay gives the same.
  const message = `The journal of the run is full: with ${state.seq} events it asks no model any more.`;
  const failed = draft('run.failed', { error: { code: 'JOURNAL_FULL', message }, task: task.key });
  return [...cancelHolds(state, 'The run failed.'), failed];
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
