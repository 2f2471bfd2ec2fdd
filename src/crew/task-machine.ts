import { assign, type SnapshotFrom, setup } from 'xstate';
import type { HoldKind } from '../hooks/hold.ts';
import type { Verdict } from '../hooks/review-policy.ts';

/**
 * One task from waiting to its end. Events are those of the journal, besides `upstream.settled` and `actions.settled`,
 * which the fold derives when the last task (action) that this one waits for has ended. Entering a state returns the
 * command that the engine owes it. Nothing runs here: no `invoke`, no `after`, no `spawn`.
 *
 *     waiting ─► ready ─┬─────────────────► thinking ─► interpreting ─┬─► acting ─► thinking
 *        │              └─► heldBefore ─► cleared ─▲   ▲              └─► proposed ─┬─► completed
 *        └─► blocked ─► skipped                        │                            ├─► heldAfter ─► accepted ─► completed
 *                                                      └── declined ◄───────────────┘ (rejected)
 *     with a manager, an output is reviewed first: interpreting ─► reviewing ─► weighing, which goes on as `proposed` does
 *     anything that goes wrong ─► stuck ─► escalated ─► resolving ─► thinking | completed | skipped | failed
 */
export type TaskMachineEvent =
  | { type: 'upstream.settled'; skipped: boolean }
  | { type: 'actions.settled' }
  | { type: 'task.started' }
  | { type: 'model.responded' }
  | { type: 'model.failed' }
  | { type: 'action.proposed' }
  | { type: 'action.refused' }
  | { type: 'task.proposed'; reviewed: boolean }
  | { type: 'task.revised'; cause: 'schema' | 'guardrail' | 'rejected' | 'retry' }
  | { type: 'task.completed' }
  | { type: 'task.failed' }
  | { type: 'task.skipped' }
  | { type: 'hold.opened'; kind: HoldKind }
  | { type: 'hold.decided'; verdict: Verdict }
  | { type: 'hold.expired' }
  | { type: 'hold.cancelled' };

export const TASK_COMMANDS = [
  'prepareTask',
  'skipTask',
  'startTask',
  'callModel',
  'interpretAnswer',
  'reviewOutput',
  'weighReview',
  'settleProposal',
  'completeTask',
  'settleRejection',
  'settleFailure',
  'resolveEscalation',
  'settleLapse',
] as const;
export type TaskCommand = (typeof TASK_COMMANDS)[number];

export interface TaskContext {
  /** From 1; each complaint, rejection or retry begins the next. 0 before the task started. */
  readonly attempt: number;
  /** Model calls in this attempt. */
  readonly step: number;
  /** Complaints of schema and guardrails so far, against `maxRetries`. */
  readonly retries: number;
  /** Rejections so far, against `maxRevisions`. */
  readonly revisions: number;
}

/** Commands are named actions without a body: the pure transition hands them out, the engine carries them out. */
const command = () => undefined;

const ends = {
  'task.completed': '#task.completed',
  'task.failed': '#task.failed',
  'task.skipped': '#task.skipped',
} as const;

/** What becomes of an output that went through the gates. */
const settling = {
  'hold.opened': [
    { guard: 'after', target: '#task.heldAfter' },
    { guard: 'escalation', target: '#task.escalated' },
  ],
  'task.revised': { target: '#task.thinking', actions: 'beginAttempt' },
  ...ends,
} as const;

export const taskMachine = setup({
  types: { context: {} as TaskContext, events: {} as TaskMachineEvent },
  actions: {
    prepareTask: command,
    skipTask: command,
    startTask: command,
    callModel: command,
    interpretAnswer: command,
    reviewOutput: command,
    weighReview: command,
    settleProposal: command,
    completeTask: command,
    settleRejection: command,
    settleFailure: command,
    resolveEscalation: command,
    settleLapse: command,
    beginAttempt: assign(({ context, event }) => {
      const cause = event.type === 'task.revised' ? event.cause : null;
      const counts = cause === 'retry' ? { retries: 0, revisions: 0 } : context;
      return {
        attempt: context.attempt + 1,
        step: 0,
        retries: counts.retries + (cause === 'schema' || cause === 'guardrail' ? 1 : 0),
        revisions: counts.revisions + (cause === 'rejected' ? 1 : 0),
      };
    }),
    countStep: assign({ step: ({ context }) => context.step + 1 }),
  },
  guards: {
    reviewedByManager: ({ event }) => event.type === 'task.proposed' && event.reviewed,
    upstreamSkipped: ({ event }) => event.type === 'upstream.settled' && event.skipped,
    before: ({ event }) => event.type === 'hold.opened' && event.kind === 'before',
    after: ({ event }) => event.type === 'hold.opened' && event.kind === 'after',
    escalation: ({ event }) => event.type === 'hold.opened' && event.kind === 'escalation',
    allowed: ({ event }) =>
      event.type === 'hold.decided' && (event.verdict === 'approve' || event.verdict === 'modify'),
    rejected: ({ event }) => event.type === 'hold.decided' && event.verdict === 'reject',
    answered: ({ event }) => event.type === 'hold.decided' && event.verdict === 'respond',
  },
}).createMachine({
  id: 'task',
  context: { attempt: 0, step: 0, retries: 0, revisions: 0 },
  initial: 'waiting',
  on: { 'hold.cancelled': '.withdrawn' },
  states: {
    waiting: {
      on: { 'upstream.settled': [{ guard: 'upstreamSkipped', target: 'blocked' }, { target: 'ready' }] },
    },
    blocked: { entry: 'skipTask', on: { 'task.skipped': 'skipped' } },
    ready: {
      entry: 'prepareTask',
      on: {
        'task.started': { target: 'thinking', actions: 'beginAttempt' },
        'hold.opened': [
          { guard: 'before', target: 'heldBefore' },
          { guard: 'escalation', target: 'escalated' },
        ],
        'task.skipped': 'skipped',
        'task.failed': 'failed',
      },
    },
    heldBefore: {
      on: {
        'hold.decided': [
          { guard: 'allowed', target: 'cleared' },
          { guard: 'rejected', target: 'declined' },
        ],
        'hold.expired': 'lapsed',
      },
    },
    cleared: { entry: 'startTask', on: { 'task.started': { target: 'thinking', actions: 'beginAttempt' } } },
    thinking: {
      entry: 'callModel',
      on: {
        'model.responded': { target: 'interpreting', actions: 'countStep' },
        'model.failed': 'stuck',
        'hold.opened': { guard: 'escalation', target: 'escalated' },
        'task.failed': 'failed',
        'task.skipped': 'skipped',
      },
    },
    interpreting: {
      entry: 'interpretAnswer',
      on: {
        'action.proposed': 'acting',
        'action.refused': 'acting',
        'task.proposed': [{ guard: 'reviewedByManager', target: 'reviewing' }, { target: 'proposed' }],
        'task.revised': { target: 'thinking', actions: 'beginAttempt' },
        'hold.opened': { guard: 'escalation', target: 'escalated' },
        'task.failed': 'failed',
        'task.skipped': 'skipped',
      },
    },
    acting: {
      on: {
        'action.proposed': 'acting',
        'action.refused': 'acting',
        'actions.settled': 'thinking',
        'task.failed': 'failed',
        'task.skipped': 'skipped',
      },
    },
    reviewing: {
      entry: 'reviewOutput',
      on: {
        'model.responded': 'weighing',
        'model.failed': 'stuck',
        'hold.opened': { guard: 'escalation', target: 'escalated' },
        'task.failed': 'failed',
        'task.skipped': 'skipped',
      },
    },
    weighing: { entry: 'weighReview', on: settling },
    proposed: { entry: 'settleProposal', on: settling },
    heldAfter: {
      on: {
        'hold.decided': [
          { guard: 'allowed', target: 'accepted' },
          { guard: 'rejected', target: 'declined' },
        ],
        'hold.expired': 'lapsed',
      },
    },
    accepted: { entry: 'completeTask', on: { 'task.completed': 'completed' } },
    declined: {
      entry: 'settleRejection',
      on: {
        'task.revised': { target: 'thinking', actions: 'beginAttempt' },
        'hold.opened': { guard: 'escalation', target: 'escalated' },
        'task.failed': 'failed',
        'task.skipped': 'skipped',
      },
    },
    stuck: {
      entry: 'settleFailure',
      on: {
        'hold.opened': { guard: 'escalation', target: 'escalated' },
        'task.failed': 'failed',
        'task.skipped': 'skipped',
      },
    },
    escalated: {
      on: { 'hold.decided': { guard: 'answered', target: 'resolving' }, 'hold.expired': 'lapsed' },
    },
    resolving: {
      entry: 'resolveEscalation',
      on: {
        'task.started': { target: 'thinking', actions: 'beginAttempt' },
        'task.revised': { target: 'thinking', actions: 'beginAttempt' },
        'hold.opened': [
          { guard: 'before', target: 'heldBefore' },
          { guard: 'escalation', target: 'escalated' },
        ],
        ...ends,
      },
    },
    lapsed: { entry: 'settleLapse', on: { 'task.failed': 'failed', 'task.skipped': 'skipped' } },
    withdrawn: {},
    completed: { type: 'final' },
    failed: { type: 'final' },
    skipped: { type: 'final' },
  },
});

export type TaskSnapshot = SnapshotFrom<typeof taskMachine>;
