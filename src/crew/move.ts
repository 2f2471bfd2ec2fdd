import type { AnyMachineSnapshot, AnyStateMachine, EventFromLogic, SnapshotFrom } from 'xstate';
import { HoldpointError } from '../errors.ts';
import type { RunEvent } from './events.ts';
import { transition } from './transition.ts';

/** A machine's next snapshot and the command that it hands out; the command stays until the next change of state. */
export function move<M extends AnyStateMachine, C extends string>(
  machine: M,
  from: { readonly machine: SnapshotFrom<M>; readonly command: C | null },
  input: EventFromLogic<M>,
  event: RunEvent,
): { machine: SnapshotFrom<M>; command: C | null } {
  const now: AnyMachineSnapshot = from.machine;
  const step = transition(machine, from.machine, input);
  if (!step) throw impossible(event, `the ${machine.id} is ${String(now.value)}, which does not allow it`);
  const [next, given] = step;
  const command = given as C | null;
  const stays = (next as AnyMachineSnapshot).value === now.value;
  return { machine: next, command: stays ? (command ?? from.command) : command };
}

export function impossible(event: RunEvent, why: string): HoldpointError {
  const subject = 'task' in event.data && event.data.task ? ` of task "${event.data.task}"` : '';
  return new HoldpointError('EVENT_IMPOSSIBLE', `Event ${event.seq} (${event.type}${subject}) is impossible: ${why}.`, {
    details: { seq: event.seq, type: event.type, why },
  });
}
