import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, createMachine, initialTransition, transition } from 'xstate';
import { actionMachine } from '../../src/crew/action-machine.ts';
import { crewMachine } from '../../src/crew/crew-machine.ts';
import { taskMachine } from '../../src/crew/task-machine.ts';
import { type MachineEvent as Event, eventsOf } from '../support/machine-events.ts';

interface Step {
  readonly from: string;
  readonly event: Event;
  readonly to: string;
}

/** Every step from every state that can be reached, whatever the counters in its context are. */
function stepsOf(machine: AnyStateMachine): Step[] {
  const events = eventsOf(machine);
  const [start] = initialTransition(machine);
  const seen = new Map([[String(start.value), start]]);
  const steps: Step[] = [];
  for (const snapshot of seen.values()) {
    for (const event of events) {
      if (!snapshot.can(event as never)) continue;
      const [next] = transition(machine, snapshot, event as never);
      steps.push({ from: String(snapshot.value), event, to: String(next.value) });
      if (!seen.has(String(next.value))) seen.set(String(next.value), next);
    }
  }
  return steps;
}

/** Where a person must look, and what may follow each of their words. Whatever is not listed leads to no further work. */
const TASK_GATES: Record<string, (event: Event) => readonly string[]> = {
  heldBefore: ({ type, verdict }) =>
    type !== 'hold.decided' ? ENDS : verdict === 'reject' ? ['declined'] : ['cleared'],
  heldAfter: ({ type, verdict }) =>
    type !== 'hold.decided' ? ENDS : verdict === 'reject' ? ['declined'] : ['accepted'],
  escalated: ({ type, verdict }) => (type === 'hold.decided' && verdict === 'respond' ? ['resolving'] : ENDS),
};
const ACTION_GATES: Record<string, (event: Event) => readonly string[]> = {
  held: ({ type, verdict }) =>
    type !== 'hold.decided'
      ? ENDS
      : verdict === 'reject'
        ? ['rejected']
        : verdict === 'respond'
          ? ['answered']
          : ['cleared'],
  escalated: ({ type, verdict }) => (type === 'hold.decided' && verdict === 'respond' ? ['resolving'] : ENDS),
};
const CREW_GATES: Record<string, (event: Event) => readonly string[]> = {
  suspended: ({ type, choice }) =>
    type === 'hold.decided'
      ? choice === 'fail'
        ? ['failing']
        : ['active']
      : type === 'hold.cancelled'
        ? ['active']
        : ['failing', 'cancelling', 'parked'],
  parked: ({ type, held }) => (type === 'run.resumed' ? [held ? 'suspended' : 'active'] : ['failing', 'cancelling']),
};
const ENDS = ['lapsed', 'withdrawn'];

/** The steps out of a held state that no word of a person allows. */
function breaches(machine: AnyStateMachine, gates: Record<string, (event: Event) => readonly string[]>): Step[] {
  return stepsOf(machine).filter(
    ({ from, event, to }) => from in gates && to !== from && !gates[from]?.(event).includes(to),
  );
}

/** A `respond` never lets a held task or call through, and an approving habit never answers an escalation. */
const mixedUp = (machine: AnyStateMachine) =>
  stepsOf(machine).filter(
    ({ from, event }) =>
      event.type === 'hold.decided' &&
      ((from === 'escalated' && event.verdict !== 'respond') ||
        (/^heldB|^heldA/.test(from) && event.verdict === 'respond')),
  );

describe('no path leads past a held state without a decision', () => {
  test.each([
    ['task', taskMachine, TASK_GATES],
    ['action', actionMachine, ACTION_GATES],
    ['crew', crewMachine, CREW_GATES],
  ] as [string, AnyStateMachine, typeof TASK_GATES][])('of the %s machine', (_name, machine, gates) => {
    expect(breaches(machine, gates)).toEqual([]);
    expect(mixedUp(machine)).toEqual([]);
    const reached = new Set(stepsOf(machine).flatMap(({ from, to }) => [from, to]));
    expect([...reached].sort()).toEqual(Object.keys(machine.states).sort());
  });

  test('a task starts work only from ready, cleared or after an answer; it completes only from where nothing is open', () => {
    const into = (state: string) =>
      [
        ...new Set(
          stepsOf(taskMachine)
            .filter(({ from, to }) => to === state && from !== to)
            .map(({ from }) => from),
        ),
      ].sort();
    expect(into('thinking')).toEqual([
      'acting',
      'cleared',
      'declined',
      'interpreting',
      'proposed',
      'ready',
      'resolving',
      'weighing',
    ]);
    expect(into('completed')).toEqual(['accepted', 'proposed', 'resolving', 'weighing']);
  });

  test('an action runs only from proposed, cleared or after an answer', () => {
    const steps = stepsOf(actionMachine).filter(({ to, from }) => to === 'running' && from !== to);
    expect([...new Set(steps.map(({ from }) => from))].sort()).toEqual(['cleared', 'proposed', 'resolving']);
  });

  test('nothing leads out of an end', () => {
    for (const machine of [taskMachine, crewMachine] as AnyStateMachine[]) {
      const ends = Object.entries(machine.states)
        .filter(([, state]) => (state as { type: string }).type === 'final')
        .map(([key]) => key);
      expect(
        stepsOf(machine).filter(({ from, event }) => ends.includes(from) && event.type !== 'hold.cancelled'),
      ).toEqual([]);
    }
  });
});

describe('the check itself', () => {
  type Config = { states: Record<string, { on?: Record<string, unknown> }> };
  const broken = (machine: AnyStateMachine, change: (config: Config) => void) => {
    const config = structuredClone(machine.config) as unknown as Config;
    change(config);
    return createMachine(config as never).provide(machine.implementations as never) as AnyStateMachine;
  };

  test('notices a guard that was taken out', () => {
    const task = broken(taskMachine, (config) => {
      config.states.heldAfter!.on!['hold.decided'] = 'accepted';
    });
    expect(breaches(task, TASK_GATES)).toContainEqual(
      expect.objectContaining({
        from: 'heldAfter',
        to: 'accepted',
        event: expect.objectContaining({ verdict: 'reject' }),
      }),
    );
    const action = broken(actionMachine, (config) => {
      config.states.held!.on!['hold.decided'] = 'cleared';
    });
    expect(breaches(action, ACTION_GATES).length).toBeGreaterThan(0);
  });

  test('notices a way around a held state', () => {
    const task = broken(taskMachine, (config) => {
      config.states.heldBefore!.on!['task.started'] = 'thinking';
    });
    expect(breaches(task, TASK_GATES)).toMatchObject([{ from: 'heldBefore', to: 'thinking' }]);
    const crew = broken(crewMachine, (config) => {
      config.states.suspended!.on!['run.resumed'] = 'completing';
    });
    expect(breaches(crew, CREW_GATES).length).toBeGreaterThan(0);
  });

  test('notices silence that approves', () => {
    const task = broken(taskMachine, (config) => {
      config.states.heldAfter!.on!['hold.expired'] = 'accepted';
    });
    expect(breaches(task, TASK_GATES)).toMatchObject([
      { from: 'heldAfter', to: 'accepted', event: { type: 'hold.expired' } },
    ]);
  });
});
