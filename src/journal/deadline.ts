import type { HoldRecord } from '../hooks/hold.ts';

/** When an open hold next asks for action, in milliseconds since 1970: the earlier of its reminder and its due time, of
 *  which each counts until it was acted on (`reminded`, `overdue`). Null: never. */
export function nextDeadlineMs(hold: HoldRecord): number | null {
  if (hold.status !== 'open') return null;
  const open = [hold.reminded ? null : hold.remindAt, hold.overdue ? null : hold.dueAt]
    .filter((at) => at !== null)
    .map((at) => Date.parse(at));
  return open.length ? Math.min(...open) : null;
}

/** A node that has not renewed for this long counts as dead: its runs may be claimed. */
export const NODE_SILENCE_MS = 15_000;
