import fc from 'fast-check';
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
        // Twice: worked out, and known from before.
        for (const _ of ['first', 'again']) {
          const ours = transition(machine, snapshot, event as never);
          if (!snapshot.can(event as never)) expect(ours).toBeNull();
          else expect([ours?.[0].toJSON(), ours?.[1]]).toEqual([next.toJSON(), actions[0]?.type ?? null]);
        }
        if (snapshot.can(event as never)) steps++;
        if (!seen.has(String(next.value))) seen.set(String(next.value), next);
      }
    }
    expect(seen.size).toBe(Object.keys(machine.states).length);
    expect(steps).toBeGreaterThan(seen.size - 1);
  });

  test('is the same as by XState along any way, counters of attempts and steps included', () => {
    const events = eventsOf(taskMachine);
    const ways = fc.array(fc.nat(), { minLength: 20, maxLength: 60 });
    let counted = 0;
    fc.assert(
      fc.property(ways, (way) => {
        let [theirsNow] = initialTransition(taskMachine);
        let oursNow = initialSnapshot(taskMachine);
        for (const choice of way) {
          const allowed = events.filter((event) => theirsNow.can(event as never));
          const event = allowed[choice % allowed.length];
          const step = event && transition(taskMachine, oursNow, event as never);
          if (!step) return expect(allowed).toEqual([]);
          [theirsNow] = theirs(taskMachine, theirsNow, event as never);
          [oursNow] = step;
          expect(oursNow.toJSON()).toEqual(theirsNow.toJSON());
          counted = Math.max(counted, oursNow.context.attempt + oursNow.context.step);
        }
      }),
      { numRuns: 300, seed: 7 },
    );
    expect(counted).toBeGreaterThan(2);
  });
});
