import { setTimeout as delay } from 'node:timers/promises';
import type { JournalEvent } from '../journal/envelope.ts';
import { EXIT } from './exit-codes.ts';

/** What became of an undo. `undone` null: it is still under way. */
export interface UndoOutcome {
  readonly undone: boolean | null;
  /** Why it failed. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface Wait {
  readonly actionId: string;
  /** The event by which it began. */
  readonly after: number;
  /** How long to wait, in milliseconds. Default: until it is known, or the signal aborts. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

const LOOK_MS = 100;
const UNTOLD = { code: 'TOOL_FAILED', message: 'The journal does not say why.' };

/** Looks in the journal, since another process may drive the run. `read`: the events after one, or the first of them. */
export async function undoOutcome(
  read: (after: number) => Promise<readonly JournalEvent[]>,
  { actionId, after, waitMs = Number.POSITIVE_INFINITY, signal }: Wait,
): Promise<UndoOutcome> {
  const until = performance.now() + waitMs;
  for (let seen = after; ; ) {
    const events = await read(seen);
    for (const { type, data } of events) {
      const { actionId: of, error } = (data ?? {}) as { actionId?: string; error?: UndoOutcome['error'] };
      if (of !== actionId) continue;
      if (type === 'action.undone') return { undone: true, error: null };
      if (type === 'action.undo-failed') return { undone: false, error: error ?? UNTOLD };
    }
    seen = events.at(-1)?.seq ?? seen;
    if (performance.now() >= until) return { undone: null, error: null };
    if (events.length === 0) await delay(LOOK_MS, undefined, signal && { signal });
  }
}

/** One that is still under way is as a run that was left at work. */
export function exitCodeOfUndo({ undone }: UndoOutcome): number {
  if (undone === null) return EXIT.held;
  return undone ? EXIT.done : EXIT.failed;
}
