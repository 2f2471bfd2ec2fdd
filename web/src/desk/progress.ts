import type { Hold, RunEvent, Verdict } from '../../../src/client/index.ts';

/** How far a decision has come. A page never says more than the server has said. */
export type Progress =
  | { readonly step: 'sending' }
  | { readonly step: 'recorded' | 'running'; readonly seq: number; readonly words: string }
  | { readonly step: 'done'; readonly seq: number; readonly words: string }
  | { readonly step: 'failed'; readonly words: string };

/** What is followed after a decision: the action or the task that the hold was about. */
export interface Followed {
  readonly hold: Hold;
  readonly verdict: Verdict;
  readonly seq: number;
}

/** Until when the effect of the decision can be undone, as the journal has it. */
export interface Undoable {
  readonly runId: string;
  readonly actionId: string;
  readonly until: string;
}

export interface Step {
  readonly progress: Progress;
  readonly undoable?: Undoable | undefined;
}

/** What the ack alone says: the decision is durable. Under a quorum it may be one vote of several. */
export function afterAck({ seq, verdict, hold }: Followed, now: Hold): Step {
  if (now.status === 'open') {
    const votes = now.review.votes.length;
    const words =
      verdict === 'modify'
        ? 'recorded as the next revision, others must look again'
        : `vote recorded, ${votes} of ${now.review.quorum}`;
    return { progress: { step: 'done', seq, words } };
  }
  const nothingFollows = hold.kind === 'run' || hold.kind === 'oversight' || hold.runId === null;
  if (nothingFollows) return { progress: { step: 'done', seq, words: 'recorded' } };
  return {
    progress: { step: 'recorded', seq, words: verdict === 'reject' ? 'the agent is told' : '' },
  };
}

/** What an event of the run says about the decision; null if it says nothing. */
export function afterEvent(
  followed: Followed,
  { type, data, seq }: Pick<RunEvent, 'type' | 'data' | 'seq'>,
): Step | null {
  const given = (data ?? {}) as Readonly<Record<string, unknown>>;
  const { hold } = followed;
  const step = (name: 'running' | 'done', words: string): Step => ({
    progress: { step: name, seq: followed.seq, words },
  });
  if (type === 'run.failed' || type === 'run.cancelled')
    return step('done', type === 'run.failed' ? 'the run failed' : 'the run was cancelled');
  if (type === 'run.completed') return step('done', 'done');
  if (hold.action !== null && given.actionId === hold.action.id) return afterAction(followed, type, given);
  if (hold.task === null || given.task !== hold.task) return null;
  switch (type) {
    case 'task.started':
      return hold.kind === 'before' ? step('done', 'started') : step('running', 'running again');
    case 'task.completed':
      return step('done', 'done');
    case 'task.failed':
      return step('done', 'the task failed');
    case 'task.skipped':
      return step('done', 'the task was skipped');
    case 'task.revised':
      return step('running', 'the agent revises');
    case 'hold.opened':
      return step(
        'done',
        given.revision === hold.revision + 1 ? `revision ${hold.revision + 1} is in the queue` : 'held again',
      );
    default:
      return seq > followed.seq && type === 'model.responded' ? step('running', 'the agent goes on') : null;
  }
}

function afterAction({ hold, seq }: Followed, type: string, data: Readonly<Record<string, unknown>>): Step | null {
  switch (type) {
    case 'action.started':
      return { progress: { step: 'running', seq, words: 'running' } };
    case 'action.succeeded': {
      const { undoUntil, actionId } = data;
      const undoable =
        typeof undoUntil === 'string' && hold.runId !== null
          ? { runId: hold.runId, actionId: String(actionId), until: undoUntil }
          : undefined;
      return {
        progress: { step: 'done', seq, words: data.source === 'person' ? 'recorded as done' : 'done' },
        undoable,
      };
    }
    case 'action.failed':
      return {
        progress: {
          step: 'done',
          seq,
          words: `it failed: ${(data.error as { message?: string } | undefined)?.message ?? 'no reason given'}`,
        },
      };
    case 'action.refused':
      return { progress: { step: 'done', seq, words: 'did not run; the agent got the reason' } };
    default:
      return null;
  }
}
