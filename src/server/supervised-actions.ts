import type { ActionId, RunId } from '../ids.ts';
import type { ActionView } from '../replay/run-view.ts';
import type { SupervisedAction } from './protocol/action-messages.ts';

type RanAction = SupervisedAction & Required<Pick<ActionView, 'state' | 'audits'>> & Pick<ActionView, 'undoFailure'>;

/** The actions of tier `supervised` that ran, the newest first. */
export function supervisedActions(runId: RunId, actions: readonly ActionView[]): RanAction[] {
  const ran = actions.filter(({ tier, undoUntil }) => tier === 'supervised' && undoUntil !== null);
  return ran.map((action) => listed(runId, action)).reverse();
}

/** Whether an undo would be taken at `nowMs`. */
export function isUndoable({ state, undoUntil }: RanAction, nowMs: number): boolean {
  return state === 'succeeded' && undoUntil !== null && Date.parse(undoUntil) > nowMs;
}

function listed(
  runId: RunId,
  { id, task, tool, input, output, impact, undoUntil, state, undoFailure, audits = [] }: ActionView,
): RanAction {
  // The fold made the id.
  const ran = { runId, task, actionId: id as ActionId, tool, input, output, impact, undoUntil, state, audits };
  return undoFailure ? { ...ran, undoFailure } : ran;
}
