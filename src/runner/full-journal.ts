import { HoldpointError } from '../errors.ts';
import type { RunId } from '../ids.ts';
import type { Head } from '../journal/envelope.ts';
import type { RunnerContext } from './context.ts';

/**
 * Whether a run's journal is as long as it may get. It then takes what decides something: decisions, a first cancel, an undo, what
 * its owner has to record. Of what may be sent again and again without end it takes nothing more.
 */
export function isFull({ limits }: Pick<RunnerContext, 'limits'>, { seq }: Head): boolean {
  return seq >= limits.maxRunEvents;
}

/** @throws `JOURNAL_FULL` */
export function requireRoomForNotes(context: Pick<RunnerContext, 'limits'>, runId: RunId, head: Head): void {
  if (!isFull(context, head)) return;
  throw new HoldpointError('JOURNAL_FULL', `The journal of run ${runId} is full; it takes decisions, and no notes.`);
}
