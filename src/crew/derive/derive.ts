import { type Command, isActionCommand } from '../commands.ts';
import type { Draft } from '../events.ts';
import { capHolds } from './cap-holds.ts';
import type { DeriveContext } from './context.ts';
import { cancelRun, completeRun, failRun } from './end-run.ts';
import { endTask } from './failure.ts';
import { interpretAnswer } from './interpret-answer.ts';
import { prepareCall, prepareReview } from './prepare-call.ts';
import { prepareTask, startTask } from './prepare-task.ts';
import {
  recordResult,
  refuseAction,
  resolveAction,
  settleAction,
  settleActionFailure,
  settleActionLapse,
  startAction,
} from './settle-action.ts';
import {
  completeTask,
  resolveEscalation,
  settleLapse,
  settleProposal,
  settleRejection,
  settleStuck,
  weighReview,
} from './settle-task.ts';

/**
 * The events that a command leads to without reaching outside. Reads the state, asks the crew's functions, writes nothing.
 * `null`: the command is an effect, to be carried out by the runner. Empty: not yet (something under way must end first).
 */
export async function derive(context: DeriveContext, command: Command): Promise<readonly Draft[] | null> {
  const drafts = await deriveUncapped(context, command);
  return drafts && capHolds(context, drafts);
}

async function deriveUncapped(context: DeriveContext, command: Command): Promise<readonly Draft[] | null> {
  if (isActionCommand(command)) return deriveAction(context, command);
  switch (command.type) {
    case 'prepareTask':
      return prepareTask(context, command.task);
    case 'skipTask':
      return skipTask(context, command.task);
    case 'startTask':
      return startTask(context, command.task);
    case 'callModel':
      return prepareCall(context, command.task);
    case 'reviewOutput':
      return prepareReview(context, command.task);
    case 'weighReview':
      return weighReview(context, command.task);
    case 'interpretAnswer':
      return interpretAnswer(context, command.task);
    case 'settleProposal':
      return settleProposal(context, command.task);
    case 'completeTask':
      return completeTask(context, command.task);
    case 'settleRejection':
      return settleRejection(context, command.task);
    case 'settleFailure':
      return settleStuck(context, command.task);
    case 'resolveEscalation':
      return resolveEscalation(context, command.task);
    case 'settleLapse':
      return settleLapse(context, command.task);
    case 'completeRun':
      return completeRun(context);
    case 'failRun':
      return failRun(context);
    case 'cancelRun':
      return cancelRun(context);
  }
}

async function deriveAction(
  context: DeriveContext,
  command: Extract<Command, { actionId: unknown }>,
): Promise<readonly Draft[] | null> {
  switch (command.type) {
    case 'settleAction':
      return settleAction(context, command.actionId);
    case 'startAction':
      return startAction(context, command.actionId);
    case 'refuseAction':
      return refuseAction(context, command.actionId);
    case 'recordResult':
      return recordResult(context, command.actionId);
    case 'settleActionFailure':
      return settleActionFailure(context, command.actionId);
    case 'resolveAction':
      return resolveAction(context, command.actionId);
    case 'settleActionLapse':
      return settleActionLapse(context, command.actionId);
    case 'executeAction':
    case 'undoAction':
      return null;
  }
}

function skipTask(context: DeriveContext, key: string): Draft[] {
  const upstream =
    context.state.config.tasks[key]?.context.filter(
      (name) => context.state.tasks.get(name)?.machine.value === 'skipped',
    ) ?? [];
  return endTask(context, key, {
    type: 'skipped',
    cause: 'dependency',
    detail: `It needs ${upstream.join(', ')}, which was skipped.`,
    holdId: null,
  });
}
