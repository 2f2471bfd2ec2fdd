import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, initialTransition, transition as theirs } from 'xstate';
import { actionMachine } from '../../src/crew/action-machine.ts';
import { crewMachine } from '../../src/crew/crew-machine.ts';
import { taskMachine } from '../../src/crew/task-machine.ts';
import { initialSnapshot, transition } from '../../src/crew/transition.ts';
import { eventsOf } from '../support/machine-events.ts';

const MACHINES: [string, AnyStateMachine][] = [
  ['task', taskMachine],
  ['action', actionMachine],
  ['crew', crewMachine],
];

describe('a step of a machine', () => {
  test.each(MACHINES)('is the same as by XState, from every state of the %s machine', (_, machine) => {
    const [start] = initialTransition(machine);
    expect(initialSnapshot(machine).toJSON()).toEqual(start.toJSON());
    const seen = new Map([[String(start.value), start]]);
    let steps = 0;
    for (const snapshot of seen.values()) {
      for (const event of eventsOf(machine)) {
        const [next, actions] = theirs(machine, snapshot, event as never);
        const [ours, command] = transition(machine, snapshot, event as never);
        expect([ours.toJSON(), command]).toEqual([next.toJSON(), actions[0]?.type ?? null]);
        if (snapshot.can(event as never)) steps++;
        if (!seen.has(String(next.value))) seen.set(String(next.value), next);
      }
    }
    expect(seen.size).toBe(Object.keys(machine.states).length);
    expect(steps).toBeGreaterThan(seen.size - 1);
  });
});
