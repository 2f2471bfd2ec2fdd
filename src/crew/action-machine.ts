import { type SnapshotFrom, setup } from 'xstate';
import type { Verdict } from '../hooks/review-policy.ts';

/**
 * One action (one call of a tool) from proposal to result. Events are those of the journal; entering a state returns the
 * command that the engine owes it. Nothing runs here: no `invoke`, no `after`, no `spawn`.
 *
 *     proposed ─┬─────────────────────────► running ─┬─► succeeded ⇄ undoing ─► undone
 *               ├─► held ─┬─► cleared ────────▲      └─► failed ─► escalated ─► resolving ─► running | succeeded | refused
 *               │         ├─► rejected ─► refused
 *               │         ├─► answered ─► succeeded
 *               │         └─► lapsed (its task fails or is skipped)
 *               └─► refused
 */
export type ActionMachineEvent =
  | { type: 'action.started' }
  | { type: 'action.succeeded' }
  | { type: 'action.failed' }
  | { type: 'action.refused' }
  | { type: 'action.undo-started' }
  | { type: 'action.undone' }
  | { type: 'action.undo-failed' }
  | { type: 'hold.opened' }
  | { type: 'hold.decided'; verdict: Verdict }
  | { type: 'hold.expired' }
  | { type: 'hold.cancelled' };

export const ACTION_COMMANDS = [
  'settleAction',
  'startAction',
  'refuseAction',
  'recordResult',
  'executeAction',
  'settleActionFailure',
  'resolveAction',
  'settleActionLapse',
  'undoAction',
] as const;
export type ActionCommand = (typeof ACTION_COMMANDS)[number];

/** Commands are named actions without a body: the pure transition hands them out, the engine carries them out. */
const command = () => undefined;

export const actionMachine = setup({
  types: { events: {} as ActionMachineEvent },
  actions: {
    settleAction: command,
    startAction: command,
    refuseAction: command,
    recordResult: command,
    executeAction: command,
    settleActionFailure: command,
    resolveAction: command,
    settleActionLapse: command,
    undoAction: command,
  },
  guards: {
    allowed: ({ event }) =>
      event.type === 'hold.decided' && (event.verdict === 'approve' || event.verdict === 'modify'),
    rejected: ({ event }) => event.type === 'hold.decided' && event.verdict === 'reject',
    answered: ({ event }) => event.type === 'hold.decided' && event.verdict === 'respond',
  },
}).createMachine({
  id: 'action',
  initial: 'proposed',
  states: {
    proposed: {
      entry: 'settleAction',
      on: { 'action.started': 'running', 'hold.opened': 'held', 'action.refused': 'refused' },
    },
    held: {
      on: {
        'hold.decided': [
          { guard: 'allowed', target: 'cleared' },
          { guard: 'rejected', target: 'rejected' },
          { guard: 'answered', target: 'answered' },
        ],
        'hold.expired': 'lapsed',
        'hold.cancelled': 'withdrawn',
      },
    },
    cleared: {
      entry: 'startAction',
      on: { 'action.started': 'running', 'hold.opened': 'held', 'action.refused': 'refused' },
    },
    rejected: { entry: 'refuseAction', on: { 'action.refused': 'refused', 'hold.opened': 'escalated' } },
    answered: { entry: 'recordResult', on: { 'action.succeeded': 'succeeded' } },
    running: { entry: 'executeAction', on: { 'action.succeeded': 'succeeded', 'action.failed': 'failed' } },
    failed: { entry: 'settleActionFailure', on: { 'hold.opened': 'escalated', 'action.refused': 'refused' } },
    escalated: {
      on: {
        'hold.decided': { guard: 'answered', target: 'resolving' },
        'hold.expired': 'lapsed',
        'hold.cancelled': 'withdrawn',
      },
    },
    resolving: {
      entry: 'resolveAction',
      on: { 'action.started': 'running', 'action.succeeded': 'succeeded', 'action.refused': 'refused' },
    },
    lapsed: { entry: 'settleActionLapse' },
    withdrawn: {},
    succeeded: { on: { 'action.undo-started': 'undoing' } },
    undoing: { entry: 'undoAction', on: { 'action.undone': 'undone', 'action.undo-failed': 'succeeded' } },
    undone: {},
    refused: {},
  },
});

export type ActionSnapshot = SnapshotFrom<typeof actionMachine>;
