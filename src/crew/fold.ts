import type { RunId } from '../ids.ts';
import { type CrewMachineEvent, crewMachine } from './crew-machine.ts';
import type { RunEvent, RunEventOf } from './events.ts';
import { foldAction } from './fold-action.ts';
import { foldHoldEvent } from './fold-hold.ts';
import { foldTask } from './fold-task.ts';
import { KeyedList } from './keyed-list.ts';
import { impossible, move } from './move.ts';
import { settleUpstream } from './readiness.ts';
import { hasEnded, type RunState, type TaskState } from './run-state.ts';
import { taskMachine } from './task-machine.ts';
import { initialSnapshot } from './transition.ts';

/**
 * The fold: a run's state from its events, one at a time, in order. Pure, and the only place where state changes.
 * What it does not understand it refuses (invariant 10): machines ignore events that they do not expect, so a step
 * that one does not allow is an error.
 *
 * @throws {HoldpointError} `EVENT_IMPOSSIBLE`, naming the event and why it cannot be.
 */
export function fold(state: RunState | null, runId: RunId, event: RunEvent): RunState {
  if (event.type === 'run.started') {
    if (state) throw impossible(event, 'the run has started before');
    return begin(runId, event);
  }
  if (!state) throw impossible(event, 'a journal begins with run.started');
  if (event.seq !== state.seq + 1) throw impossible(event, `event ${state.seq + 1} was expected`);
  if (hasEnded(state) && !AFTER_THE_END.has(event.type))
    throw impossible(event, `the run has ended (${String(state.machine.value)})`);
  const next = settleUpstream(dispatch(state, event), event);
  return { ...next, seq: event.seq, at: event.at };
}

/** What may still be recorded once a run has ended: results that were under way, and undoing. */
const AFTER_THE_END: ReadonlySet<string> = new Set<RunEvent['type']>([
  'action.succeeded',
  'action.failed',
  'action.undo-started',
  'action.undone',
  'action.undo-failed',
  'action.audited',
  'run.forked',
]);

function dispatch(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'run.started':
      throw impossible(event, 'the run has started before');
    case 'run.forked':
      return state;
    case 'run.erased':
    case 'run.pruned':
    case 'oversight.signed':
    case 'oversight.demoted':
    case 'stop.declared':
    case 'stop.lifted':
      throw impossible(event, 'it is a fact of no run; only the journal `system` has such events');
    case 'run.completed':
    case 'run.failed':
    case 'run.cancelled':
    case 'run.cancel-requested':
    case 'run.parked':
    case 'run.resumed':
      return foldRun(state, event);
    case 'task.started':
    case 'task.proposed':
    case 'task.revised':
    case 'task.completed':
    case 'task.failed':
    case 'task.skipped':
    case 'model.responded':
    case 'model.failed':
      return foldTask(state, event);
    case 'action.proposed':
    case 'action.started':
    case 'action.succeeded':
    case 'action.failed':
    case 'action.refused':
    case 'action.undo-started':
    case 'action.undone':
    case 'action.undo-failed':
    case 'action.audited':
      return foldAction(state, event);
    case 'hold.opened':
    case 'hold.claimed':
    case 'hold.released':
    case 'hold.commented':
    case 'hold.voted':
    case 'hold.revised':
    case 'hold.decided':
    case 'hold.reminded':
    case 'hold.escalated':
    case 'hold.expired':
    case 'hold.cancelled':
      return foldHoldEvent(state, event);
  }
}

function begin(runId: RunId, event: RunEventOf<'run.started'>): RunState {
  if (event.seq !== 1) throw impossible(event, 'run.started is the first event');
  const { config, fingerprint, inputs, requestedBy, forkedFrom } = event.data;
  const tasks = Object.keys(config.tasks).map(waitingTask);
  const state: RunState = {
    id: runId,
    seq: 1,
    at: event.at,
    machine: initialSnapshot(crewMachine),
    command: null,
    config,
    fingerprint,
    inputs,
    requestedBy,
    forkedFrom,
    startedAt: event.at,
    endedAt: null,
    error: null,
    parkedFor: null,
    cancelReason: null,
    tasks: KeyedList.of(({ key }) => key, tasks),
    actions: KeyedList.of(({ id }) => id),
    owedActions: [],
    holds: KeyedList.of(({ id }) => id),
    spentUsd: 0,
    usage: { inputTokens: 0, outputTokens: 0, calls: 0 },
    holdCount: 0,
    actionCount: 0,
  };
  return settleUpstream(state, event);
}

/** The run goes on with a changed crew: tasks that had not begun wait anew, tasks that are gone must not have begun. */
function adopt(state: RunState, event: RunEventOf<'run.resumed'>): RunState {
  const { config, fingerprint } = event.data;
  const lost = state.tasks.all().find((task) => !Object.hasOwn(config.tasks, task.key) && hasBegun(task));
  if (lost) throw impossible(event, `the changed crew has no task "${lost.key}", which has begun`);
  const tasks = Object.keys(config.tasks).map((key) => {
    const task = state.tasks.get(key);
    return task && hasBegun(task) ? task : waitingTask(key);
  });
  return { ...state, config, fingerprint, tasks: KeyedList.of(({ key }) => key, tasks) };
}

/** What a task waits for may be another after a change; so one that is ready, and no more, is readied again. */
function hasBegun({ machine: { value } }: TaskState): boolean {
  return value !== 'waiting' && value !== 'ready' && value !== 'blocked';
}

function waitingTask(key: string): TaskState {
  return {
    key,
    machine: initialSnapshot(taskMachine),
    command: null,
    description: null,
    turns: [],
    proposal: null,
    review: null,
    output: undefined,
    holdId: null,
    decision: null,
    failure: null,
    rejectedHold: null,
    rejectedCalls: {},
    openActions: [],
  };
}

type RunLevel = RunEventOf<
  'run.completed' | 'run.failed' | 'run.cancelled' | 'run.cancel-requested' | 'run.parked' | 'run.resumed'
>;

/** A run goes on where it was parked: one that waited for a person still does. */
function toMachine(state: RunState, { type }: RunLevel): CrewMachineEvent {
  if (type !== 'run.resumed') return { type };
  return { type, held: state.holds.all().some(({ kind, status }) => kind === 'run' && status === 'open') };
}

function foldRun(state: RunState, event: RunLevel): RunState {
  const moved = { ...state, ...move(crewMachine, state, toMachine(state, event), event) };
  switch (event.type) {
    case 'run.completed':
      return { ...moved, endedAt: event.at };
    case 'run.failed':
      return { ...moved, endedAt: event.at, error: event.data.error };
    case 'run.cancelled':
      return { ...moved, endedAt: event.at };
    case 'run.cancel-requested':
      return { ...moved, cancelReason: event.data.reason };
    case 'run.parked':
      return { ...moved, parkedFor: whyParked(event) };
    case 'run.resumed':
      return adopt(moved, event);
  }
}

function whyParked({ data: { expected, found, changes, stop } }: RunEventOf<'run.parked'>): RunState['parkedFor'] {
  const [first = '', ...others] = changes;
  if (expected === found) return { code: stop === undefined ? 'RUN_PARKED' : 'STOPPED', message: first };
  const more = others.length === 0 ? '' : `; and ${others.length} more`;
  return {
    code: 'CREW_CHANGED',
    message: `The crew is not the one that the run was going on with, and waits for a person to accept it. ${first}${more}.`,
  };
}
