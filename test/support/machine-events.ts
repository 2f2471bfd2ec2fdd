import type { AnyStateMachine } from 'xstate';

export type MachineEvent = { type: string; [given: string]: unknown };

const VERDICTS = ['approve', 'modify', 'reject', 'respond'];
const KINDS = ['before', 'after', 'action', 'human', 'question', 'escalation', 'run'];
const CAUSES = ['schema', 'guardrail', 'rejected', 'retry'];

/** Every event that a journal could bring to a machine, with every value that a guard looks at. */
export function eventsOf(machine: AnyStateMachine): MachineEvent[] {
  return machine.events.flatMap((type: string): MachineEvent[] => {
    switch (type) {
      case 'hold.decided':
        return VERDICTS.flatMap((verdict) => [null, 'retry', 'fail'].map((choice) => ({ type, verdict, choice })));
      case 'hold.opened':
        return KINDS.map((kind) => ({ type, kind }));
      case 'task.revised':
        return CAUSES.map((cause) => ({ type, cause }));
      case 'task.proposed':
        return [true, false].map((reviewed) => ({ type, reviewed }));
      case 'upstream.settled':
        return [true, false].map((skipped) => ({ type, skipped }));
      case 'run.resumed':
        return [true, false].map((held) => ({ type, held }));
      default:
        return [{ type }];
    }
  });
}
