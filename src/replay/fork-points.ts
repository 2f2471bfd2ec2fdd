import type { RunEvent } from '../crew/events.ts';
import { fold } from '../crew/fold.ts';
import type { RunState, TaskState } from '../crew/run-state.ts';
import type { RunId } from '../ids.ts';

/** The states of a run that is not ending. */
export const GOES_ON: ReadonlySet<string> = new Set(['active', 'suspended', 'parked', 'completing']);

export interface ForkPoints {
  /** The events after which the run can be forked, in order. */
  readonly possible: readonly number[];
  /** The state after the event that was asked for; null where there is no such event. */
  readonly state: RunState | null;
}

/**
 * Where a run can be forked: after each event but those after which it was ending, and those that were recorded in one step with
 * the next, since no run ever stood between the two.
 */
export function forkPoints(runId: RunId, events: readonly RunEvent[], seq: number): ForkPoints {
  const possible: number[] = [];
  let state: RunState | null = null;
  let wanted: RunState | null = null;
  for (const [index, event] of events.entries()) {
    state = fold(state, runId, event);
    if (event.seq === seq) wanted = state;
    if (GOES_ON.has(String(state.machine.value)) && !isWithinStep(state, event, events[index + 1]))
      possible.push(event.seq);
  }
  return { possible, state: wanted };
}

/** Whether the engine derived `next` together with `last`: all calls of an answer, or the end of a task with what leads to it. */
function isWithinStep(state: RunState, last: RunEvent, next: RunEvent | undefined): boolean {
  if (!next) return false;
  if (last.type === 'hold.cancelled' || state.tasks.all().some(lacksCalls)) return true;
  if (last.type !== 'action.refused') return false;
  if (next.type === 'hold.cancelled') return state.holds.get(next.data.holdId)?.task === last.data.task;
  const ends = next.type === 'task.failed' || next.type === 'task.skipped';
  const escalates = next.type === 'hold.opened' && next.data.kind === 'escalation' && next.data.action === null;
  return (ends || escalates) && next.data.task === last.data.task;
}

function lacksCalls({ machine, turns }: TaskState): boolean {
  const turn = turns.at(-1);
  return (
    machine.value === 'acting' &&
    turn?.kind === 'answer' &&
    Object.keys(turn.actions).length < turn.answer.toolCalls.length
  );
}
