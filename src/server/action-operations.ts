import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventData } from '../crew/events.ts';
import type { RunId } from '../ids.ts';
import { UNKNOWN_USES } from '../replay/uses-of-action.ts';
import type { Engine } from '../runner/engine.ts';
import { readUses } from '../runner/read-uses.ts';
import type { OperationContext, Operations } from './operation.ts';
import type { ACTION_MESSAGES } from './protocol/action-messages.ts';
import type { Data, Payload } from './protocol/messages.ts';
import { isUndoable, supervisedActions } from './supervised-actions.ts';

/** How many of the newest runs `actions:list` looks through. */
const RUNS_LOOKED_AT = 50;
const DEFAULT_LIMIT = 50;

export const ACTION_OPERATIONS: Operations<keyof typeof ACTION_MESSAGES> = {
  'actions:list': listActions,
  'action:undo': undoAction,
  'action:audit': ({ runId, actionId, finding, reason = null }, { engine, identity, request }) =>
    engine.audit(runId, actionId, { finding, reason }, { actor: identity, request }),
};

async function listActions(query: Payload<'actions:list'>, { engine }: OperationContext) {
  const { undoable, runId, limit = DEFAULT_LIMIT } = query;
  const now = Date.now();
  const runs = runId === undefined ? newestWithResults(engine, undoable ? now : 0) : [runId];
  const actions: Data<'actions:list'>['actions'] = [];
  for await (const id of runs) {
    const ran = supervisedActions(id, (await engine.stateAt(id)).actions);
    const wanted = undoable ? ran.filter((action) => isUndoable(action, now)) : ran;
    const listed = wanted.slice(0, limit - actions.length);
    const uses = await readUses(
      engine.journal,
      id,
      listed.map(({ actionId }) => actionId),
    );
    for (const action of listed) actions.push({ ...action, ...(uses.get(action.actionId) ?? UNKNOWN_USES) });
    if (listed.length < wanted.length) return { actions, more: true };
  }
  return { actions, more: false };
}

/**
 * The newest runs with results that could be taken back after `untilMs`; of the others nothing else need be read. Not those of
 * which something was erased: they cannot be replayed.
 */
async function* newestWithResults({ runs, journal }: Engine, untilMs: number): AsyncGenerator<RunId> {
  for (const { id, error } of (await runs({ limit: RUNS_LOOKED_AT })).items) {
    if (error?.code === 'RUN_ERASED') continue;
    const results = await journal.read(id, { type: 'action.succeeded' });
    const ends = results.map(({ data }) => (data as EventData<'action.succeeded'> | undefined)?.undoUntil ?? null);
    if (ends.some((undoUntil) => undoUntil !== null && Date.parse(undoUntil) > untilMs)) yield id;
    // Each may be long.
    await nextTurn();
  }
}

/** Undoing an action undoes nothing that was made of its result: the answer says what that is, and how to take the run back. */
async function undoAction({ runId, actionId, reason }: Payload<'action:undo'>, context: OperationContext) {
  const { engine, identity, request } = context;
  const recorded = await engine.undo(runId, actionId, reason, { actor: identity, request });
  const uses = await readUses(engine.journal, runId, [actionId]);
  return { ...recorded, ...(uses.get(actionId) ?? UNKNOWN_USES) };
}
