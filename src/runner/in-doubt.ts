import { commandOf, type EffectCommand } from '../crew/commands.ts';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import { toolFor } from '../crew/derive/interpret-answer.ts';
import { type Draft, draft } from '../crew/events.ts';
import { actionOf, type RunState } from '../crew/run-state.ts';
import { GRACE_MS } from './execute-action.ts';

/** An effect that the last owner began, and may still be at. */
export interface InDoubt {
  readonly command: EffectCommand;
  /** Until it has been cut off there, by its own timeout and grace. */
  readonly waitMs: number;
  /** What is recorded then. */
  readonly facts: readonly Draft[];
}

/**
 * The effects that the last owner had begun and that must not be repeated (invariant 5). An idempotent tool is simply run again
 * with the same key; for any other nobody guesses: its outcome is unknown, and a person is asked.
 */
export function effectsInDoubt(state: RunState, crew: CrewDefinition, now: string): InDoubt[] {
  return state.owedActions.flatMap((actionId): InDoubt[] => {
    const action = actionOf(state, actionId);
    const { task, tool: name, command: type, startedAt } = action;
    if (type !== 'executeAction' && type !== 'undoAction') return [];
    const definition = crew.tasks.get(task);
    const tool = definition ? toolFor(definition, name)?.tool : undefined;
    // Both as it was begun and as it would be repeated: a crew may have changed between.
    if (tool?.idempotent && state.config.tools[name]?.idempotent) return [];
    const error = {
      code: 'OUTCOME_UNKNOWN',
      message: 'The process ended while it ran; whether it took effect is not known.',
    };
    const isUndo = type === 'undoAction';
    const fact = isUndo
      ? draft('action.undo-failed', { task, actionId, error })
      : draft('action.failed', { task, actionId, error, effect: 'unknown', raw: null });
    const begunAt = isUndo || startedAt === null ? now : startedAt;
    const endsBy = Date.parse(begunAt) + (tool?.timeoutMs ?? 0) + GRACE_MS;
    const command = commandOf(action, type);
    return [{ command, waitMs: Math.max(0, endsBy - Date.parse(now)), facts: [fact] }];
  });
}
