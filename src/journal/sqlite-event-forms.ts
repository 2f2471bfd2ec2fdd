import type { EventType } from '../crew/events.ts';
import type { Members } from './sqlite-members.ts';

/**
 * How events are written in the database: the type as a number, and of data that always have the same members only their
 * values. A number that was given out is never changed nor used again: another list of members gets another number.
 */
export interface EventForm {
  readonly code: number;
  readonly type: EventType;
  /** Data with just these members are written as a list. Null: data of this form are written as an object. */
  readonly members: Members | null;
  /** The member that is not written, since the event just before, of type `of`, says the same. Null: all are written. */
  readonly repeats: { readonly member: string; readonly of: EventType } | null;
}

const USAGE: Members = ['inputTokens', 'outputTokens'];
const ANSWER: Members = ['model', 'text', 'toolCalls', ['usage', USAGE]];
const POLICY: Members = [
  ...['reviewers', 'quorum', 'notRequester', 'dueInMs', 'remindAfterMs', 'escalateTo', 'onExpire', 'reasonRequired'],
];
const OPENING: Members = [
  ...['id', 'revision', 'task', 'agent', 'attempt', 'kind', 'reasons', 'proposal', 'digest', 'schema', 'previous'],
  ...['action', 'impact', 'reasoning', 'confidence', 'blocks', 'history', 'allowed'],
  ['policy', POLICY],
  ...['dueAt', 'remindAt'],
];
const COMPLETION: Members = ['task', 'output', 'source', 'holdId'];

const FORMS: readonly EventForm[] = [
  form(1, 'run.started', [
    ...['crew', 'fingerprint', 'config', 'modules', 'machines', 'inputs', 'requestedBy', 'forkedFrom'],
  ]),
  form(2, 'task.started', ['task', 'attempt', 'agent', 'description', 'holdId']),
  form(3, 'model.responded', ['task', 'attempt', 'step', 'requestDigest', ['answer', ANSWER]]),
  form(4, 'model.failed', null),
  form(5, 'action.proposed', [
    ...['task', 'actionId', 'step', 'callId', 'tool', 'attempt', 'input', 'tier', 'reasons', 'impact', 'revision'],
  ]),
  form(6, 'action.started', [
    ...['task', 'actionId', 'tool', 'input', 'digest', 'tier', 'holdId', 'idempotencyKey', 'try'],
  ]),
  form(7, 'action.succeeded', ['task', 'actionId', 'output', 'undoUntil', 'source']),
  form(8, 'action.failed', null),
  form(9, 'action.refused', null),
  form(10, 'action.undo-started', null),
  form(11, 'action.undone', null),
  form(12, 'action.undo-failed', null),
  form(13, 'action.audited', null),
  form(14, 'task.proposed', [
    ...['task', 'attempt', 'output', 'reasoning', 'complaint', 'blocked', 'escalation', 'confidence', 'reasons'],
  ]),
  form(15, 'task.revised', null),
  form(16, 'task.completed', COMPLETION),
  form(17, 'task.failed', null),
  form(18, 'task.skipped', null),
  form(19, 'hold.opened', OPENING),
  form(20, 'hold.claimed', null),
  form(21, 'hold.released', null),
  form(22, 'hold.commented', null),
  form(23, 'hold.voted', null),
  form(24, 'hold.revised', null),
  form(25, 'hold.decided', [
    ...['holdId', 'revision', 'digest', 'verdict', 'reason', 'reasonCode', 'effectiveDigest', 'decidedBy'],
    'overrodeClaimOf',
  ]),
  form(26, 'hold.reminded', null),
  form(27, 'hold.escalated', null),
  form(28, 'hold.expired', null),
  form(29, 'hold.cancelled', null),
  form(30, 'run.cancel-requested', null),
  form(31, 'run.parked', null),
  form(32, 'run.resumed', null),
  form(33, 'run.completed', []),
  form(34, 'run.failed', null),
  form(35, 'run.cancelled', null),
  form(36, 'run.forked', null),
  form(37, 'oversight.signed', null),
  form(38, 'run.erased', null),
  form(39, 'run.pruned', null),
  form(40, 'oversight.demoted', null),
  { ...form(41, 'task.completed', COMPLETION), repeats: { member: 'output', of: 'task.proposed' } },
  // As a fork has it.
  form(42, 'task.proposed', [
    ...['task', 'attempt', 'output', 'reasoning', 'confidence', 'complaint', 'blocked', 'escalation', 'reasons'],
  ]),
];

const BY_CODE = new Map(FORMS.map((one) => [one.code, one]));
const BY_TYPE = Map.groupBy(FORMS, ({ type }) => type as string);

/** The forms of a type, the one that says everything first; none: the type is of a later version. */
export function formsOf(type: string): readonly EventForm[] {
  return BY_TYPE.get(type) ?? [];
}

export function formOf(code: unknown): EventForm | undefined {
  return BY_CODE.get(code as number);
}

function form(code: number, type: EventType, members: Members | null): EventForm {
  return { code, type, members, repeats: null };
}
