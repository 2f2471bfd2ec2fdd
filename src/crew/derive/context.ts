import { messageOf } from '../../errors.ts';
import type { HoldReason } from '../../hooks/hold.ts';
import { ReviewPolicy } from '../../hooks/review-policy.ts';
import { copyJson } from '../../json/copy-json.ts';
import type { Json } from '../../json/json.ts';
import type { Levels } from '../action-type.ts';
import type { CrewDefinition, Given, HookName, TaskDefinition } from '../crew-definition.ts';
import { type RunState, taskOf } from '../run-state.ts';
import { inTime, isPromise, type TimeLimit } from './time-limit.ts';

/** What deriving events needs: the run so far, its crew's functions, and the time as an input (ISO 8601 UTC). */
export interface DeriveContext {
  readonly state: RunState;
  readonly crew: CrewDefinition;
  readonly now: string;
  readonly signal: AbortSignal;
  /** The levels that are signed for now; in a replay, those that were recorded. Absent: none. */
  readonly levels?: Levels | undefined;
  /** Events after which no model is asked any more. Default 100,000. */
  readonly maxRunEvents?: number | undefined;
  /** Of each function of the crew. Absent: it is waited for. */
  readonly timeLimit?: TimeLimit | undefined;
}

export function taskDefinition({ crew }: Pick<DeriveContext, 'crew'>, key: string): TaskDefinition {
  const task = crew.tasks.get(key);
  if (!task) throw new RangeError(`No task ${key} in crew ${crew.name}`);
  return task;
}

/** What a task's functions see: copies, so that a function cannot change the run. */
export function givenTo({ state }: DeriveContext, task: TaskDefinition): Given {
  const outputs: Record<string, Json | undefined> = {};
  for (const key of [...task.context, ...task.optionalContext]) outputs[key] = copyJson(taskOf(state, key).output);
  return { inputs: copyJson(state.inputs), outputs };
}

export type Called<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** Calls a function of the crew's author, which may throw, or never answer: then `late` is aborted. */
export async function call<T>(
  { timeLimit }: Pick<DeriveContext, 'timeLimit'>,
  fn: () => T | Promise<T>,
  late?: AbortController,
): Promise<Called<T>> {
  try {
    const said = fn();
    return { ok: true, value: isPromise(said) ? await inTime(said, timeLimit, late) : said };
  } catch (error) {
    return { ok: false, message: messageOf(error) };
  }
}

/** The same for a function that is given a signal: it tells of a stop, and that nobody waits any more. */
export function callWithSignal<T>(
  context: DeriveContext,
  fn: (signal: AbortSignal) => T | Promise<T>,
): Promise<Called<T>> {
  const late = new AbortController();
  const signal = AbortSignal.any([context.signal, late.signal]);
  return call(context, () => fn(signal), late);
}

export type HookOutcome = {
  readonly held: HoldReason | null;
  readonly blocked: string | null;
  readonly review: ReviewPolicy | null;
};

/** Runs a hook; one that throws, or answers what no hook may answer, holds. */
export async function runHook(
  context: DeriveContext,
  name: HookName,
  event: Record<string, unknown>,
): Promise<HookOutcome> {
  const hook = context.crew.hooks[name];
  const none = { held: null, blocked: null, review: null };
  if (!hook) return none;
  const answer = await callWithSignal(context, (signal) =>
    hook({ ...copyJson(event), runId: context.state.id, signal }),
  );
  if (!answer.ok) return { ...none, held: { code: 'hook', detail: `The ${name} hook failed: ${answer.message}` } };
  const verdict: unknown = answer.value;
  if (verdict === undefined || verdict === null) return none;
  const { type, reason, review } = verdict as { type?: unknown; reason?: unknown; review?: unknown };
  const detail = typeof reason === 'string' && reason !== '' ? reason : `The ${name} hook gave no reason`;
  if (type === 'block') return { ...none, blocked: detail };
  const policy = review === undefined || review === null ? null : ReviewPolicy.safeParse(review);
  if (type === 'hold' && (policy === null || policy.success))
    return {
      ...none,
      held: { code: 'hook', detail },
      review: policy && (withoutUndefined(policy.data) as ReviewPolicy),
    };
  const odd = type === 'hold' ? 'a review policy that is none' : 'something else than hold(…), block(…) or nothing';
  return { ...none, held: { code: 'hook', detail: `The ${name} hook answered ${odd}` } };
}

/** As it is recorded: a policy is compared by what it says, and says nothing by `undefined`. */
function withoutUndefined(policy: ReviewPolicy): object {
  return Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined));
}
