import { type Draft, draft } from '../crew/events.ts';
import { isHoldpointError, messageOf } from '../errors.ts';
import type { HoldRecord } from '../hooks/hold.ts';
import type { Reviewer } from '../hooks/reviewer.ts';
import { amendRun } from './amend-run.ts';
import type { RunnerContext } from './context.ts';

const CLOCK: Reviewer = { user: 'system', roles: [], groups: [] };

/** Fires the deadlines that have come, while the clock is believed: each once, checked again inside the transaction. Returns how many fired. */
export async function fireDeadlines(context: RunnerContext): Promise<number> {
  const movedByMs = context.clock.movedByMs();
  if (movedByMs !== 0) {
    context.log.warn({ movedByMs }, 'the clock of this machine was moved: nothing expires until it is set right');
    return 0;
  }
  const due = await context.journal.due(context.clock.now());
  let fired = 0;
  for (const hold of due) {
    try {
      if (await fire(context, hold)) fired++;
    } catch (error) {
      if (isHoldpointError(error, 'UNAVAILABLE')) throw error;
      context.log.error({ holdId: hold.id, err: error }, `deadline not recorded: ${messageOf(error)}`);
    }
  }
  return fired;
}

async function fire(context: RunnerContext, { id, runId }: HoldRecord): Promise<boolean> {
  if (runId === null) return false;
  return amendRun(context, runId, { actor: CLOCK }, (view, now) => {
    const hold = view.hold(id);
    const drafts = hold ? dueEvents(hold, now) : [];
    return { drafts, answer: () => drafts.length > 0 };
  });
}

/** What is due on a hold at a time: its end, its escalation or its reminder. Silence never approves. */
function dueEvents(hold: HoldRecord, now: string): Draft[] {
  const { id: holdId, status, dueAt, remindAt, overdue, reminded, policy } = hold;
  if (status !== 'open') return [];
  if (dueAt !== null && dueAt <= now && !overdue) {
    if (policy.onExpire !== 'wait') return [draft('hold.expired', { holdId, onExpire: policy.onExpire, dueAt })];
    return [draft('hold.escalated', { holdId, to: policy.escalateTo })];
  }
  return remindAt !== null && remindAt <= now && !reminded ? [draft('hold.reminded', { holdId })] : [];
}
