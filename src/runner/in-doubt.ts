import type { CrewDefinition } from '../crew/crew-definition.ts';
import { toolFor } from '../crew/derive/interpret-answer.ts';
import { type Draft, draft } from '../crew/events.ts';
import type { RunState } from '../crew/run-state.ts';

/**
 * What a new owner records of effects that the last one had begun (invariant 5). An idempotent tool is simply run again with
 * the same key; for any other nobody guesses: its outcome is unknown, and a person is asked.
 */
export function effectsInDoubt(state: RunState, crew: CrewDefinition): Draft[] {
  return Object.values(state.actions).flatMap((action): Draft[] => {
    const { id: actionId, task, tool: name, command } = action;
    const definition = crew.tasks.get(task);
    const tool = definition ? toolFor(definition, name)?.tool : undefined;
    // Both as it was begun and as it would be repeated: a crew may have changed between.
    if (tool?.idempotent && state.config.tools[name]?.idempotent) return [];
    const error = {
      code: 'OUTCOME_UNKNOWN',
      message: 'The process ended while it ran; whether it took effect is not known.',
    };
    if (command === 'executeAction')
      return [draft('action.failed', { task, actionId, error, effect: 'unknown', raw: null })];
    return command === 'undoAction' ? [draft('action.undo-failed', { task, actionId, error })] : [];
  });
}
