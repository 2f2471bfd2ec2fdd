import type { HoldReason, HoldRecord } from '../../hooks/hold.ts';
import type { ReviewPolicy } from '../../hooks/review-policy.ts';
import type { Json } from '../../json/json.ts';
import { type Draft, draft } from '../events.ts';
import { actionOf, type RunState } from '../run-state.ts';
import { outputsOf } from '../summary.ts';
import { type DeriveContext, runHook } from './context.ts';
import { choiceSchema } from './failure.ts';
import { cancelHolds, openHold } from './open-hold.ts';

/** All tasks have ended and none failed. The `afterRun` hook may still hold or fail the run. */
export async function completeRun(context: DeriveContext): Promise<Draft[]> {
  const { state } = context;
  const answered = wasAsked(state);
  const hook = await runHook(context, 'afterRun', { inputs: state.inputs, outputs: outputsOf(state) });
  if (hook.blocked !== null)
    return [draft('run.failed', { error: { code: 'HOOK_BLOCKED', message: hook.blocked }, task: null })];
  if (!hook.held || answered) return [draft('run.completed', {})];
  return [holdRun(context, hook.held, { outputs: outputsOf(state) }, hook.review)];
}

/** Whether a person has already let the run end in spite of its `afterRun` hook: its hold is the one that shows the outputs. */
function wasAsked(state: RunState): boolean {
  const shown = ({ proposal }: HoldRecord) =>
    typeof proposal === 'object' && proposal !== null && Object.hasOwn(proposal, 'outputs');
  return state.holds.all().some((hold) => hold.kind === 'run' && hold.status === 'answered' && shown(hold));
}

/** What the `beforeRun` hook makes of a run that has just begun: nothing, a hold of the run, or its end. */
export async function admitRun(context: DeriveContext): Promise<Draft[]> {
  const { inputs } = context.state;
  const hook = await runHook(context, 'beforeRun', { inputs });
  if (hook.blocked !== null)
    return [draft('run.failed', { error: { code: 'HOOK_BLOCKED', message: hook.blocked }, task: null })];
  return hook.held ? [holdRun(context, hook.held, { inputs }, hook.review)] : [];
}

/** A hold of the whole run. Answering it approves no action: `retry` goes on, `fail` ends the run. */
export function holdRun(
  context: DeriveContext,
  reason: HoldReason,
  proposal: Json,
  review: ReviewPolicy | null = null,
): Draft {
  return openHold(context, {
    kind: 'run',
    task: null,
    reasons: [reason],
    proposal,
    schema: choiceSchema(['retry', 'fail'], null),
    policies: [review],
  });
}

/** A failed run ends once nothing is under way any more: an effect that was begun is recorded before the end. */
export function failRun({ state }: DeriveContext): Draft[] {
  if (effectsUnderWay(state)) return [];
  const failed = state.tasks.all().find((task) => task.machine.value === 'failed');
  const error = state.error ?? errorOfHold(state);
  return [...cancelHolds(state, 'The run failed.'), draft('run.failed', { error, task: failed?.key ?? null })];
}

/** Why a run fails of which no task did: a person said so, or nobody did in time. */
function errorOfHold({ holds }: RunState): { code: string; message: string } {
  const held = holds.all().findLast((hold) => hold.kind === 'run' && hold.status !== 'open');
  if (!held) return { code: 'INTERNAL', message: 'The run failed without a cause.' };
  if (held.status === 'expired')
    return { code: 'HOLD_EXPIRED', message: `Nobody decided hold ${held.id} by ${held.dueAt}.` };
  const said = held.history.at(-1)?.reason ?? 'no reason given';
  const why = held.reasons[0]?.detail ?? '';
  return {
    code: 'TASK_FAILED_BY_PERSON',
    message: `${held.decidedBy.join(', ')} let the run fail: ${said} (it was held: ${why})`,
  };
}

export function cancelRun({ state }: DeriveContext): Draft[] {
  if (effectsUnderWay(state)) return [];
  return [
    ...cancelHolds(state, 'The run was cancelled.'),
    draft('run.cancelled', { reason: state.cancelReason ?? 'no reason given' }),
  ];
}

function effectsUnderWay(state: RunState): boolean {
  return state.owedActions.some((id) => {
    const { command } = actionOf(state, id);
    return command === 'executeAction' || command === 'undoAction';
  });
}
