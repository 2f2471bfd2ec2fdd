import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Draft, draft } from '../crew/events.ts';
import { isHoldpointError, messageOf } from '../errors.ts';
import type { HoldRecord } from '../hooks/hold.ts';
import type { Reviewer } from '../hooks/reviewer.ts';
import { amendRun } from './amend-run.ts';
import type { RunnerContext } from './context.ts';

const CLOCK: Reviewer = { user: 'system', roles: [], groups: [] };
/** Holds of one commit: what comes of them is work of one turn of the loop. */
const BATCH = 256;

/**
 * Fires the deadlines that have come, while the clock is believed: each once, checked again inside the transaction. After a weekend
 * that may be thousands, so they come in batches, a turn of the loop apart, beside the sweeps and not in them.
 */
export class Deadlines {
  readonly #context: RunnerContext;
  readonly #leads: () => boolean;
  #round: Promise<void> | null = null;
  #isStopped = false;

  /** @param leads whether it is this process that fires them, now */
  constructor(context: RunnerContext, leads: () => boolean) {
    this.#context = context;
    this.#leads = leads;
  }

  /** Goes through all that are due, unless that is under way. What goes wrong is logged, and the next sweep looks again. */
  look(): void {
    this.#round ??= this.#goThrough()
      .catch((error: unknown) => this.#context.log.error({ err: error }, `deadlines not fired: ${messageOf(error)}`))
      .finally(() => {
        this.#round = null;
      });
  }

  /** Begins no batch any more. @returns when the one under way is recorded; null: there is none */
  stop(): Promise<void> | null {
    this.#isStopped = true;
    return this.#round;
  }

  /** Behind the last batch each time: a hold whose deadline cannot be recorded is passed, and tried again in the next round. */
  async #goThrough(): Promise<void> {
    const { journal, clock } = this.#context;
    const now = clock.now();
    let cursor: string | undefined;
    while (this.#mayFire()) {
      const page = await journal.due({ now, limit: BATCH, cursor });
      await fireAll(this.#context, page.items);
      if (page.cursor === null) return;
      cursor = page.cursor;
      await nextTurn();
    }
  }

  #mayFire(): boolean {
    if (this.#isStopped || !this.#leads()) return false;
    const movedByMs = this.#context.clock.movedByMs();
    if (movedByMs === 0) return true;
    this.#context.log.warn({ movedByMs }, 'the clock of this machine was moved: nothing expires until it is set right');
    return false;
  }
}

/** All at once, so that they share a commit. @throws `UNAVAILABLE` if the store takes none */
async function fireAll(context: RunnerContext, holds: readonly HoldRecord[]): Promise<void> {
  const outcomes = await Promise.allSettled(holds.map((hold) => fire(context, hold)));
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') continue;
    const error: unknown = outcome.reason;
    if (isHoldpointError(error, 'UNAVAILABLE')) throw error;
    context.log.error({ holdId: holds[index]?.id, err: error }, `deadline not recorded: ${messageOf(error)}`);
  }
}

async function fire(context: RunnerContext, { id, runId }: HoldRecord): Promise<void> {
  if (runId === null) return;
  await amendRun(context, runId, { actor: CLOCK }, (view, now) => {
    const hold = view.hold(id);
    return { drafts: hold ? dueEvents(hold, now) : [], answer: () => null };
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
