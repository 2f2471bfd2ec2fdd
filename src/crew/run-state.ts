import type { HoldRecord } from '../hooks/hold.ts';
import { isEnded, type Usage } from '../hooks/run-summary.ts';
import type { ActionId, HoldId, RunId } from '../ids.ts';
import type { Json } from '../json/json.ts';
import type { ActionCommand, ActionSnapshot } from './action-machine.ts';
import type { CrewConfigData } from './crew-config.ts';
import type { CrewCommand, CrewSnapshot } from './crew-machine.ts';
import type { EventData } from './events.ts';
import type { KeyedList } from './keyed-list.ts';
import type { ModelAnswer } from './model.ts';
import type { TaskCommand, TaskSnapshot } from './task-machine.ts';

/**
 * A run as its journal says it: one machine snapshot for the crew, one for each task and action, and the data that events
 * brought. Values only; `fold` never changes one in place.
 */
export interface RunState {
  readonly id: RunId;
  readonly seq: number;
  readonly at: string;
  readonly machine: CrewSnapshot;
  readonly command: CrewCommand | null;
  readonly config: CrewConfigData;
  readonly fingerprint: string;
  readonly inputs: Json;
  readonly requestedBy: string;
  readonly forkedFrom: EventData<'run.started'>['forkedFrom'];
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Why it was parked last. */
  readonly parkedFor: { readonly code: string; readonly message: string } | null;
  readonly cancelReason: string | null;
  readonly tasks: KeyedList<string, TaskState>;
  readonly actions: KeyedList<ActionId, ActionState>;
  /** The actions that call for something now, in their order: of thousands, a few. */
  readonly owedActions: readonly ActionId[];
  /** All holds that were opened, in that order: closed ones stay. */
  readonly holds: KeyedList<HoldId, HoldRecord>;
  readonly usage: Usage;
  /** What the model calls cost so far; null once one of them had no known price. */
  readonly spentUsd: number | null;
  /** How many holds and actions there were so far: the next one's number follows. */
  readonly holdCount: number;
  readonly actionCount: number;
}

/** What a person decided, as the engine acts on it. */
export type Decision = EventData<'hold.decided'> & { readonly by: string; readonly at: string };

/** One exchange of a task's conversation; results of tool calls are read from the actions. */
export type Turn =
  | { readonly kind: 'answer'; readonly answer: ModelAnswer; readonly actions: Readonly<Record<string, ActionId>> }
  | { readonly kind: 'told'; readonly text: string };

export interface TaskState {
  readonly key: string;
  readonly machine: TaskSnapshot;
  readonly command: TaskCommand | null;
  readonly description: string | null;
  readonly turns: readonly Turn[];
  readonly proposal: EventData<'task.proposed'> | null;
  /** What the crew's manager said of the proposal, in a hierarchical process. */
  readonly review: ModelAnswer | null;
  readonly output: Json | undefined;
  /** The task's own hold (not an action's) that is open or was decided last. */
  readonly holdId: HoldId | null;
  readonly decision: Decision | null;
  /** Why it is stuck, failed or escalated. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  /** The last hold by which a person rejected an output of this task. */
  readonly rejectedHold: HoldId | null;
  /** By tool: the last hold by which a person rejected a call in this task, and how often it happened. */
  readonly rejectedCalls: Readonly<Record<string, { readonly holdId: HoldId; readonly count: number }>>;
  /** Actions that are not settled yet. */
  readonly openActions: readonly ActionId[];
}

export interface ActionState {
  readonly id: ActionId;
  readonly task: string;
  readonly machine: ActionSnapshot;
  readonly command: ActionCommand | null;
  readonly callId: string;
  readonly tool: string;
  readonly proposed: EventData<'action.proposed'> | null;
  /** What ran or is running. */
  readonly started: EventData<'action.started'> | null;
  readonly startedAt: string | null;
  readonly holdId: HoldId | null;
  readonly decision: Decision | null;
  /** The digest of what a person let run; null where nobody was asked. Only exactly that may start (invariant 4). */
  readonly approvedDigest: string | null;
  readonly result: {
    readonly output: Json;
    readonly source: 'tool' | 'person';
    readonly undoUntil: string | null;
    readonly at: string;
  } | null;
  readonly refusal: { readonly code: string; readonly message: string } | null;
  readonly failure: EventData<'action.failed'> | null;
  readonly undo: { readonly by: string; readonly reason: string } | null;
  /** Why the last undo failed; null: none did, or another has begun since. */
  readonly undoFailure: EventData<'action.undo-failed'>['error'] | null;
  readonly audits: readonly EventData<'action.audited'>[];
}

export function taskOf(state: RunState, key: string): TaskState {
  const task = state.tasks.get(key);
  if (!task) throw new RangeError(`No task ${key} in run ${state.id}`);
  return task;
}

export function actionOf(state: RunState, id: ActionId): ActionState {
  const action = state.actions.get(id);
  if (!action) throw new RangeError(`No action ${id} in run ${state.id}`);
  return action;
}

export function holdOf(state: RunState, id: HoldId): HoldRecord {
  const hold = state.holds.get(id);
  if (!hold) throw new RangeError(`No hold ${id} in run ${state.id}`);
  return hold;
}

const TASK_ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'skipped']);
const ACTION_SETTLED: ReadonlySet<string> = new Set(['succeeded', 'refused', 'undoing', 'undone', 'withdrawn']);

export const hasEnded = (state: RunState): boolean => isEnded(String(state.machine.value));
export const taskHasEnded = (task: TaskState): boolean => TASK_ENDED.has(String(task.machine.value));
export const actionIsSettled = (action: ActionState): boolean => ACTION_SETTLED.has(String(action.machine.value));
