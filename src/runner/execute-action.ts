import type { ToolContext, ToolDefinition } from '../crew/crew-definition.ts';
import { taskDefinition } from '../crew/derive/context.ts';
import { checkValue, toolFor } from '../crew/derive/interpret-answer.ts';
import { type Draft, draft, type EventData } from '../crew/events.ts';
import { type ActionState, actionOf, type RunState } from '../crew/run-state.ts';
import { messageOf } from '../errors.ts';
import { holdDigest } from '../hooks/hold-digest.ts';
import { compareTiers } from '../hooks/tier.ts';
import type { ActionId } from '../ids.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import { copyJson } from '../json/copy-json.ts';
import { digestOf } from '../json/digest.ts';
import type { Json } from '../json/json.ts';
import { oversize } from '../json/size-limit.ts';
import { timeLimitOf } from './context.ts';
import type { EffectInput } from './effects.ts';

/** After a tool's timeout its signal is aborted; this long it may still settle before its outcome counts as unknown. */
export const GRACE_MS = 5_000;

type Started = EventData<'action.started'>;
type Effect = EventData<'action.failed'>['effect'];

/** Runs an action whose start is durable, with exactly the recorded input. Never throws: what happened is the answer. */
export async function executeAction(input: EffectInput, id: ActionId): Promise<Draft[]> {
  const action = actionOf(input.state, id);
  const { started } = action;
  if (!started) throw new RangeError(`The action ${id} has not started`);
  const fail = (code: string, message: string, effect: Effect, raw: Json = null): Draft[] => [
    draft('action.failed', { task: action.task, actionId: id, error: { code, message }, effect, raw }),
  ];
  const tool = toolOf(input, action);
  if (!tool) return fail('TOOL_UNKNOWN', `The crew has no tool "${action.tool}" any more.`, 'none');
  if (!mayRun(input.state, action, started)) {
    return fail('DIGEST_MISMATCH', 'What would run is not what was approved, so it was not run.', 'none');
  }
  const outcome = await runWithin(
    input,
    tool,
    (context) => tool.execute(frozen(started.input), context),
    contextOf(input, action),
  );
  if (outcome.type !== 'done') return fail(outcome.code, outcome.message, outcome.effect);
  return recordOutput(input, tool, action, outcome.value, fail);
}

type Fail = (code: string, message: string, effect: Effect, raw?: Json) => Draft[];

async function recordOutput(
  { context }: EffectInput,
  tool: ToolDefinition,
  action: ActionState,
  value: unknown,
  fail: Fail,
): Promise<Draft[]> {
  const raw = value === undefined ? '' : value;
  const checked = await checkValue(tool.output, raw, timeLimitOf(context));
  if (!checked.ok) {
    const message = `It ran, but its result does not fit its output schema: ${checked.complaint}`;
    return fail('TOOL_OUTPUT_INVALID', message, 'happened', recordable(raw));
  }
  const { maxValueBytes } = context.limits;
  const bytes = oversize(checked.value, maxValueBytes);
  if (bytes !== null) {
    const message = `It ran, but its result has ${bytes} bytes, and a journal takes ${maxValueBytes}.`;
    return fail('EVENT_TOO_LARGE', message, 'happened');
  }
  const undoUntil = tool.undo ? new Date(Date.parse(context.clock.now()) + tool.undoWindowMs).toISOString() : null;
  return [
    draft('action.succeeded', {
      task: action.task,
      actionId: action.id,
      output: checked.value,
      undoUntil,
      source: 'tool',
    }),
  ];
}

/** Reverses an action with its tool's `undo`. */
export async function undoAction(input: EffectInput, id: ActionId): Promise<Draft[]> {
  const action = actionOf(input.state, id);
  const { started, result, undo, task } = action;
  const tool = toolOf(input, action);
  const failed = (code: string, message: string): Draft[] => [
    draft('action.undo-failed', { task, actionId: id, error: { code, message } }),
  ];
  if (!tool?.undo || !started || !result || !undo)
    return failed('UNDO_NOT_POSSIBLE', `The crew cannot undo "${action.tool}" any more.`);
  const reverse = tool.undo;
  const what = { input: frozen(started.input), output: frozen(result.output), reason: undo.reason };
  const context = { ...contextOf(input, action), idempotencyKey: `${started.idempotencyKey}:undo` };
  const outcome = await runWithin(input, tool, (given) => reverse(what, given), context);
  return outcome.type === 'done'
    ? [draft('action.undone', { task, actionId: id })]
    : failed(outcome.code, outcome.message);
}

function toolOf({ crew }: EffectInput, action: ActionState): ToolDefinition | null {
  return crew.tasks.has(action.task)
    ? (toolFor(taskDefinition({ crew }, action.task), action.tool)?.tool ?? null)
    : null;
}

/** Invariant 4: what runs is what was approved. The digest is made again from what is about to run. */
export function mayRun(state: RunState, action: ActionState, started: Started): boolean {
  const { id: actionId, approvedDigest } = action;
  const { tool, input, tier, holdId, digest } = started;
  const proposal = { tool, input };
  if (holdId === null) return compareTiers(tier, 'approval') < 0 && digest === digestOf({ actionId, tool, proposal });
  const hold = state.holds.get(holdId);
  if (!hold || hold.action?.id !== actionId || approvedDigest === null) return false;
  const actual = holdDigest({ holdId, revision: hold.revision, kind: hold.kind, tool, proposal });
  return actual === approvedDigest && digest === approvedDigest;
}

function contextOf({ context, state, signal }: EffectInput, action: ActionState): ToolContext {
  return {
    runId: state.id,
    task: action.task,
    agent: state.config.tasks[action.task]?.agent ?? '',
    idempotencyKey: action.started?.idempotencyKey ?? '',
    signal,
    log: context.log,
  };
}

type Outcome =
  | { readonly type: 'done'; readonly value: unknown }
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly effect: Effect };

/** Within the tool's timeout and its grace; a tool that throws of itself did nothing, one that was cut off may have. */
async function runWithin(
  { context, signal }: EffectInput,
  tool: ToolDefinition,
  run: (context: ToolContext) => unknown,
  given: ToolContext,
): Promise<Outcome> {
  const timeout = new AbortController();
  const cut = AbortSignal.any([signal, timeout.signal]);
  const stops: (() => void)[] = [];
  const tooLate = new Promise<Outcome>((resolve) => {
    const giveUp = () =>
      resolve({ type: 'failed', code: 'TOOL_TIMEOUT', message: cutMessage(tool, signal), effect: 'unknown' });
    stops.push(
      context.clock.after(tool.timeoutMs, () =>
        timeout.abort(new Error(`${tool.name} took longer than ${tool.timeoutMs} ms`)),
      ),
    );
    cut.addEventListener('abort', () => stops.push(context.clock.after(GRACE_MS, giveUp)), { once: true });
    if (cut.aborted) giveUp();
  });
  const work = (async (): Promise<Outcome> => {
    try {
      return { type: 'done', value: await run({ ...given, signal: cut }) };
    } catch (error) {
      if (cut.aborted)
        return {
          type: 'failed',
          code: 'OUTCOME_UNKNOWN',
          message: `${cutMessage(tool, signal)} It said: ${messageOf(error)}`,
          effect: 'unknown',
        };
      return { type: 'failed', code: 'TOOL_FAILED', message: messageOf(error), effect: 'none' };
    }
  })();
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    for (const stop of stops) stop();
  }
}

function cutMessage(tool: ToolDefinition, signal: AbortSignal): string {
  return signal.aborted ? 'It was cut off while it ran.' : `It did not end within ${tool.timeoutMs} ms.`;
}

/** A copy that nobody can change: what was digested is what the tool sees. */
function frozen(value: Json): Json {
  return deepFreeze(copyJson(value));
}

function deepFreeze(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}

/** A result that is not even JSON is recorded as the text that it prints. */
function recordable(value: unknown): Json {
  try {
    return oversize(value) === null ? (JSON.parse(canonicalJson(value)) as Json) : null;
  } catch {
    return String(value);
  }
}
