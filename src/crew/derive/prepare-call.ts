import type { Draft } from '../events.ts';
import { agentOf } from '../prompt.ts';
import { taskOf } from '../run-state.ts';
import { type DeriveContext, taskDefinition } from './context.ts';
import { holdRun } from './end-run.ts';
import { settleFailed } from './failure.ts';

/** Whether the next model call may be made at all: null if so, else what is recorded instead. */
export async function prepareCall(context: DeriveContext, key: string): Promise<readonly Draft[] | null> {
  const task = taskDefinition(context, key);
  const { maxSteps } = agentOf(context.crew, task);
  const { step } = taskOf(context.state, key).machine.context;
  if (step >= maxSteps) {
    const message = `The agent used all its ${maxSteps} steps without an answer.`;
    return settleFailed(context, task, { code: 'STEP_LIMIT', message });
  }
  const spent = overBudget(context);
  return spent ? [holdRun(context, { code: 'budget', detail: spent }, { usage: context.state.usage })] : null;
}

/** A run past its token budget holds; each time a person lets it go on, it gets the same amount again. */
function overBudget({ state }: DeriveContext): string | null {
  const tokens = state.config.budget?.tokens ?? null;
  if (tokens === null) return null;
  const renewed = Object.values(state.holds).filter(
    (hold) => hold.kind === 'run' && hold.status === 'answered' && hold.reasons[0]?.code === 'budget',
  ).length;
  const used = state.usage.inputTokens + state.usage.outputTokens;
  return used < tokens * (renewed + 1)
    ? null
    : `The run used ${used} tokens of its budget of ${tokens * (renewed + 1)}.`;
}
