import type { ActionId } from '../ids.ts';
import { ACTION_COMMANDS, type ActionCommand } from './action-machine.ts';
import type { CrewCommand } from './crew-machine.ts';
import { type ActionState, actionOf, hasEnded, type RunState, type TaskState, taskHasEnded } from './run-state.ts';
import type { TaskCommand } from './task-machine.ts';

/** What the engine owes a run now. `id` names this one occasion, so that nothing is begun twice. */
export type Command =
  | { readonly id: string; readonly type: CrewCommand }
  | { readonly id: string; readonly type: TaskCommand; readonly task: string }
  | { readonly id: string; readonly type: ActionCommand; readonly task: string; readonly actionId: ActionId };

/** Commands that reach outside: a model, a tool. All others only derive further events. */
export type EffectCommand =
  | { readonly id: string; readonly type: 'callModel' | 'reviewOutput'; readonly task: string }
  | {
      readonly id: string;
      readonly type: 'executeAction' | 'undoAction';
      readonly task: string;
      readonly actionId: ActionId;
    };

export function isEffect(command: Command): command is EffectCommand {
  if (command.type === 'reviewOutput') return true;
  return command.type === 'callModel' || command.type === 'executeAction' || command.type === 'undoAction';
}

/** Everything that a run's state calls for, in the order of its tasks. Empty: the run rests until a person acts, or for good. */
export function pendingCommands(state: RunState): Command[] {
  const undoing = actionCommands(state, (action) => action.command === 'undoAction');
  if (hasEnded(state)) return undoing;
  switch (state.machine.value) {
    case 'active':
      return [...taskCommands(state), ...actionCommands(state, () => true)];
    case 'completing':
    case 'failing':
    case 'cancelling': {
      const running = actionCommands(
        state,
        (action) => action.command === 'executeAction' || action.command === 'undoAction',
      );
      return state.command ? [{ id: state.command, type: state.command }, ...running] : running;
    }
    default:
      return undoing;
  }
}

function taskCommands(state: RunState): Command[] {
  const commands: Command[] = [];
  let working = 0;
  for (const task of state.tasks) if (isWorking(state, task)) working++;
  for (const task of state.tasks) {
    if (task.command === null) continue;
    if (isEntering(task) && ++working > state.config.concurrency) continue;
    const { attempt, step } = task.machine.context;
    commands.push({ id: `${task.command}:${task.key}:${attempt}:${step}`, type: task.command, task: task.key });
  }
  return commands;
}

function actionCommands(state: RunState, wanted: (action: ActionState) => boolean): Command[] {
  const commands: Command[] = [];
  for (const id of state.owedActions) {
    const action = actionOf(state, id);
    if (action.command === null || !wanted(action)) continue;
    const task = state.tasks.get(action.task);
    const outlives = action.command === 'undoAction' || action.command === 'executeAction';
    if (task && taskHasEnded(task) && !outlives) continue;
    commands.push(commandOf(action, action.command));
  }
  return commands;
}

/** The command of an action as it stands. */
export function commandOf<T extends ActionCommand>({ id: actionId, task, started }: ActionState, type: T) {
  return { id: `${type}:${actionId}:${started?.try ?? 0}`, type, task, actionId };
}

/** A task that takes a place of `concurrency`: one that is neither waiting, nor held, nor at its end. */
export function isWorking(state: RunState, task: TaskState): boolean {
  if (task.machine.value === 'acting') return task.openActions.some((id) => state.owedActions.includes(id));
  return task.command !== null && !isEntering(task) && task.command !== 'skipTask';
}

/** A task that would begin now, if there is a place for it. */
function isEntering({ command }: TaskState): boolean {
  return command === 'prepareTask' || command === 'startTask';
}

export function isActionCommand(command: Command): command is Extract<Command, { actionId: ActionId }> {
  return (ACTION_COMMANDS as readonly string[]).includes(command.type);
}
