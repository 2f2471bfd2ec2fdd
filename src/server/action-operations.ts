import type { OperationContext, Operations } from './operation.ts';
import type { ACTION_MESSAGES } from './protocol/action-messages.ts';
import type { Payload } from './protocol/messages.ts';
import { isUndoable, supervisedActions } from './supervised-actions.ts';

/** How many of the newest runs `actions:list` looks through. */
const RUNS_LOOKED_AT = 50;

export const ACTION_OPERATIONS: Operations<keyof typeof ACTION_MESSAGES> = {
  'actions:list': listActions,
  'action:undo': ({ runId, actionId, reason }, { engine, identity, request }) =>
    engine.undo(runId, actionId, reason, { actor: identity, request }),
  'action:audit': ({ runId, actionId, finding, reason = null }, { engine, identity, request }) =>
    engine.audit(runId, actionId, { finding, reason }, { actor: identity, request }),
};

async function listActions({ undoable, runId }: Payload<'actions:list'>, { engine }: OperationContext) {
  const runs = runId === undefined ? (await engine.runs({ limit: RUNS_LOOKED_AT })).items.map(({ id }) => id) : [runId];
  const actions = [];
  for (const id of runs) actions.push(...supervisedActions(id, (await engine.stateAt(id)).actions));
  return { actions: undoable ? actions.filter((action) => isUndoable(action, Date.now())) : actions };
}
