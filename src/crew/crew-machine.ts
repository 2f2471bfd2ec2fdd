import { type SnapshotFrom, setup } from 'xstate';

/**
 * The run as a whole: which tasks become ready is derived by the fold from their graph; this machine says whether the run
 * may go on at all, and how it ends. `tasks.settled` is derived when no task is left.
 *
 *     active ─┬─► completing ─► completed          active ⇄ suspended (a hold of the run)
 *             ├─► failing ────► failed             active | suspended ⇄ parked (its crew changed)
 *             └─► cancelling ─► cancelled
 *
 * People act on a hold of the run as long as it is open, also while the run is parked or waits for its last effects to end:
 * every state takes that, and the one that is about to end is not turned back by it.
 */
export type CrewMachineEvent =
  | { type: 'tasks.settled' }
  | { type: 'task.failed' }
  | { type: 'hold.opened' }
  | { type: 'hold.decided'; choice: string | null }
  | { type: 'hold.expired' }
  | { type: 'hold.cancelled' }
  | { type: 'run.cancel-requested' }
  | { type: 'run.parked' }
  | { type: 'run.resumed'; held: boolean }
  | { type: 'run.completed' }
  | { type: 'run.failed' }
  | { type: 'run.cancelled' };

export const CREW_COMMANDS = ['completeRun', 'failRun', 'cancelRun'] as const;
export type CrewCommand = (typeof CREW_COMMANDS)[number];

/** Commands are named actions without a body: the pure transition hands them out, the engine carries them out. */
const command = () => undefined;

const anyTime = { 'run.cancel-requested': 'cancelling', 'run.parked': 'parked' } as const;

export const crewMachine = setup({
  types: { events: {} as CrewMachineEvent },
  actions: { completeRun: command, failRun: command, cancelRun: command },
  guards: {
    choseFail: ({ event }) => event.type === 'hold.decided' && event.choice === 'fail',
    stillHeld: ({ event }) => event.type === 'run.resumed' && event.held,
  },
}).createMachine({
  id: 'crew',
  initial: 'active',
  states: {
    active: {
      on: {
        ...anyTime,
        'tasks.settled': 'completing',
        'task.failed': 'failing',
        'hold.opened': 'suspended',
        'run.failed': 'failed',
      },
    },
    suspended: {
      on: {
        ...anyTime,
        'hold.decided': [{ guard: 'choseFail', target: 'failing' }, { target: 'active' }],
        'hold.expired': 'failing',
        'hold.cancelled': 'active',
        'task.failed': 'failing',
      },
    },
    parked: {
      on: {
        'run.cancel-requested': 'cancelling',
        'run.resumed': [{ guard: 'stillHeld', target: 'suspended' }, { target: 'active' }],
        'hold.decided': [{ guard: 'choseFail', target: 'failing' }, { target: 'parked' }],
        'hold.expired': 'failing',
        'task.failed': 'failing',
      },
    },
    completing: {
      entry: 'completeRun',
      on: {
        'run.completed': 'completed',
        'hold.opened': 'suspended',
        'run.failed': 'failed',
        'run.cancel-requested': 'cancelling',
      },
    },
    failing: {
      entry: 'failRun',
      on: {
        'run.failed': 'failed',
        'hold.decided': 'failing',
        'hold.expired': 'failing',
        'hold.cancelled': 'failing',
        'run.cancel-requested': 'failing',
        'task.failed': 'failing',
      },
    },
    cancelling: {
      entry: 'cancelRun',
      on: {
        'run.cancelled': 'cancelled',
        'run.cancel-requested': 'cancelling',
        'task.failed': 'cancelling',
        'hold.decided': 'cancelling',
        'hold.expired': 'cancelling',
        'hold.cancelled': 'cancelling',
      },
    },
    completed: { type: 'final' },
    failed: { type: 'final' },
    cancelled: { type: 'final' },
  },
});

export type CrewSnapshot = SnapshotFrom<typeof crewMachine>;
