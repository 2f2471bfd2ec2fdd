import { HoldpointError } from '../../errors.ts';
import type { HoldReason } from '../../hooks/hold.ts';
import type { ReviewPolicy } from '../../hooks/review-policy.ts';
import type { Json } from '../../json/json.ts';
import type { TaskDefinition } from '../crew-definition.ts';
import { type Draft, draft } from '../events.ts';
import { contextOf } from '../prompt.ts';
import { renderDescription } from '../render-description.ts';
import { holdOf, taskOf } from '../run-state.ts';
import { call, type DeriveContext, givenTo, runHook, taskDefinition } from './context.ts';
import { endTask, settleFailed } from './failure.ts';
import { openHold } from './open-hold.ts';

/** A task whose context is there: skipped by its `when`, held before it starts, or started. */
export async function prepareTask(context: DeriveContext, key: string): Promise<Draft[]> {
  const task = taskDefinition(context, key);
  const given = givenTo(context, task);
  const { when } = task;
  const wanted = when ? await call(context, () => when(given)) : { ok: true as const, value: true };
  if (!wanted.ok) return functionFailed(context, task, 'when', wanted.message);
  if (wanted.value !== true)
    return endTask(context, key, { type: 'skipped', cause: 'when', detail: 'Its `when` said no.', holdId: null });

  const hook = await runHook(context, 'beforeTask', { task: key, agent: task.agent, inputs: given.inputs });
  if (hook.blocked !== null)
    return endTask(context, key, { type: 'failed', code: 'HOOK_BLOCKED', message: hook.blocked, holdId: null });

  const { description: template } = task;
  const text = await call(context, () =>
    typeof template === 'string' ? renderDescription(template, given.inputs) : template(given),
  );
  if (!text.ok) return functionFailed(context, task, 'description', text.message);
  const description: unknown = text.value;
  if (typeof description !== 'string') return functionFailed(context, task, 'description', 'it gave no text');

  const reasons = await reasonsBefore(context, task, given);
  if (hook.held) reasons.push(hook.held);
  if (reasons.length === 0)
    return [draft('task.started', { task: key, attempt: 1, agent: task.agent, description, holdId: null })];
  return [holdBefore(context, task, { description, reasons, review: hook.review })];
}

async function reasonsBefore(
  context: DeriveContext,
  task: TaskDefinition,
  given: ReturnType<typeof givenTo>,
): Promise<HoldReason[]> {
  const { before } = task.confirm;
  if (!before) return [];
  const { when } = before;
  const asked = when ? await call(context, () => when(given)) : { ok: true as const, value: true };
  if (!asked.ok)
    return [
      { code: 'confirm', detail: `Its start must be confirmed: \`confirm.before.when\` failed: ${asked.message}` },
    ];
  return asked.value === false ? [] : [{ code: 'confirm', detail: 'Its start must be confirmed.' }];
}

interface Before {
  readonly description: string;
  readonly reasons: readonly HoldReason[];
  readonly review: ReviewPolicy | null;
}

function holdBefore(context: DeriveContext, task: TaskDefinition, { description, reasons, review }: Before): Draft {
  const proposal: Json = {
    description,
    expectedOutput: task.expectedOutput,
    tools: [...task.tools.keys()],
    context: contextOf(context.state, task.key),
  };
  return openHold(context, {
    kind: 'before',
    task: task.key,
    reasons,
    proposal,
    schema: { type: 'string' },
    policies: [task.review, task.confirm.before?.policy, review],
  });
}

/** The start that a person allowed, with exactly the description that was approved (or written by them). */
export function startTask({ state }: DeriveContext, key: string): Draft[] {
  const { decision, holdId } = taskOf(state, key);
  if (!decision || !holdId) throw new HoldpointError('INTERNAL', `The task "${key}" was let start without a decision.`);
  const { description } = holdOf(state, holdId).proposal as { description: string };
  const approved = decision.verdict === 'modify' ? String(decision.value) : description;
  const agent = state.config.tasks[key]?.agent ?? '';
  return [draft('task.started', { task: key, attempt: 1, agent, description: approved, holdId })];
}

function functionFailed(context: DeriveContext, task: TaskDefinition, name: string, message: string): Draft[] {
  return settleFailed(context, task, {
    code: 'FUNCTION_FAILED',
    message: `\`${name}\` of the task failed: ${message}`,
  });
}
