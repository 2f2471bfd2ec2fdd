import type { RunStatus } from '../hooks/run-summary.ts';

/** What the process says to scripts when it ends (contract §3). */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  held: 3,
  cancelled: 4,
  diverged: 5,
  /** The second Ctrl-C: ended at once, whatever was under way. */
  killed: 130,
} as const;

const OF_STATUS: Readonly<Record<RunStatus, number>> = {
  completed: EXIT.done,
  failed: EXIT.failed,
  cancelled: EXIT.cancelled,
  held: EXIT.held,
  parked: EXIT.usage,
  running: EXIT.held,
};

/** A run that is left running was interrupted: it is kept, as one on hold is. A parked one asks for a decision on its crew. */
export function exitCodeOf(status: RunStatus): number {
  return OF_STATUS[status];
}
