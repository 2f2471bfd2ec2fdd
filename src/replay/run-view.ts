import type { ActionState, RunState, TaskState } from '../crew/run-state.ts';
import { outputsOf, summaryOf } from '../crew/summary.ts';
import type { HoldRecord, Impact } from '../hooks/hold.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { Json } from '../json/json.ts';

/** A run's state as people and clients see it, at one seq: plain JSON, the same for a live and a replayed run. */
export interface RunView {
  readonly seq: number;
  readonly at: string;
  readonly summary: RunSummary;
  readonly inputs: Json;
  readonly tasks: Readonly<Record<string, TaskView>>;
  readonly actions: readonly ActionView[];
  readonly holds: readonly HoldRecord[];
}

export interface TaskView {
  readonly state: string;
  readonly attempt: number;
  readonly step: number;
  readonly agent: string;
  readonly description: string | null;
  readonly proposal: Json;
  readonly output: Json;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

export interface ActionView {
  readonly id: string;
  readonly task: string;
  readonly tool: string;
  readonly state: string;
  readonly tier: string | null;
  readonly input: Json;
  readonly output: Json;
  readonly impact: Impact | null;
  readonly undoUntil: string | null;
  /** Why its last undo failed. Absent: none did, or another has begun since. */
  readonly undoFailure?: { readonly code: string; readonly message: string };
  /** What people found who looked at it after it had run, the oldest first. Absent: nobody has yet. */
  readonly audits?: readonly AuditView[];
}

export interface AuditView {
  readonly finding: 'good' | 'bad' | 'critical';
  readonly reason: string | null;
}

export function viewOf(state: RunState): RunView {
  return {
    seq: state.seq,
    at: state.at,
    summary: { ...summaryOf(state), outputs: outputsOf(state) },
    inputs: state.inputs,
    tasks: Object.fromEntries(state.tasks.all().map((task) => [task.key, taskView(state, task)])),
    actions: state.actions.all().map(actionView),
    holds: state.holds.all(),
  };
}

function taskView(state: RunState, task: TaskState): TaskView {
  const { attempt, step } = task.machine.context;
  return {
    state: String(task.machine.value),
    attempt,
    step,
    agent: state.config.tasks[task.key]?.agent ?? '',
    description: task.description,
    proposal: task.proposal?.output ?? null,
    output: task.output ?? null,
    failure: task.failure,
  };
}

function actionView(action: ActionState): ActionView {
  return {
    id: action.id,
    task: action.task,
    tool: action.tool,
    state: String(action.machine.value),
    tier: action.proposed?.tier ?? null,
    input: action.started?.input ?? action.proposed?.input ?? null,
    output: action.result?.output ?? null,
    impact: action.proposed?.impact ?? null,
    undoUntil: action.result?.undoUntil ?? null,
    ...(action.undoFailure && { undoFailure: action.undoFailure }),
    ...(action.audits.length > 0 && { audits: action.audits.map(({ finding, reason }) => ({ finding, reason })) }),
  };
}
