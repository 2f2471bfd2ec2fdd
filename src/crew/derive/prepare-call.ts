import type { TaskDefinition } from '../crew-definition.ts';
import type { Draft } from '../events.ts';
import { agentOf } from '../prompt.ts';
import { holdOf, type RunState, taskOf } from '../run-state.ts';
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
  const hook = await askHook(context, task, step);
  if (hook.blocked !== null) return settleFailed(context, task, { code: 'HOOK_BLOCKED', message: hook.blocked });
  if (hook.held)
    return [escalate(context, task, { code: 'HELD', message: hook.held.detail, review: hook.review }, [hook.held])];
  return prepareReview(context);
}

/** A manager's review is one call without tools: only the budget speaks against it. */
export function prepareReview(context: DeriveContext): readonly Draft[] | null {
  const spent = overBudget(context);
  return spent ? [holdRun(context, { code: 'budget', detail: spent }, { usage: context.state.usage })] : null;
}

/** The `beforeModelCall` hook; a call that it held and a person let through is not asked about again. */
async function askHook(context: DeriveContext, task: TaskDefinition, step: number): Promise<HookOutcome> {
  const { holdId, machine } = taskOf(context.state, task.key);
  const last = holdId ? holdOf(context.state, holdId) : null;
  const wasAsked = last?.kind === 'escalation' && last.reasons[0]?.code === 'hook' && last.status === 'answered';
  const { attempt } = machine.context;
  if (wasAsked && step === 0 && last.attempt === attempt - 1) return { held: null, blocked: null, review: null };
  return runHook(context, 'beforeModelCall', { task: task.key, agent: task.agent, step: step + 1 });
}

/** A run past its budget holds; each time a person lets it go on, it gets the same amount again. A cost nobody knows is too much. */
function overBudget({ state }: DeriveContext): string | null {
  const { tokens = null, usd = null } = state.config.budget ?? {};
  const share = 1 + timesRenewed(state);
  const used = state.usage.inputTokens + state.usage.outputTokens;
  if (tokens !== null && used >= tokens * share)
    return `The run used ${used} tokens of its budget of ${tokens * share}.`;
  if (usd === null || state.usage.calls === 0) return null;
  if (state.spentUsd === null)
    return `The budget is ${usd} USD, but a model of the run has no known price: give its \`openaiModel\` a \`price\`.`;
  return state.spentUsd < usd * share
    ? null
    : `The run spent ${state.spentUsd.toFixed(4)} USD of its budget of ${usd * share}.`;
}

function timesRenewed({ holds }: RunState): number {
  return Object.values(holds).filter(
    (hold) => hold.kind === 'run' && hold.status === 'answered' && hold.reasons[0]?.code === 'budget',
  ).length;
}
