import type { Hold } from '../../../src/client/index.ts';
import type { Draft } from '../drafts.ts';
import type { Progress, Undoable } from './progress.ts';

/** A line of the strip: what was decided just now, what ran by itself and can be undone, or a race that was lost. */
export interface StripEntry {
  readonly key: string;
  readonly label: string;
  readonly type: 'decision' | 'notice' | 'lost';
  readonly progress: Progress;
  readonly undoable?: Undoable | undefined;
  readonly undo?: 'sending' | 'undoing' | 'undone' | undefined;
  /** The words that were written for a decision that did not count. */
  readonly kept?: Draft | undefined;
  readonly hold?: Hold | undefined;
}

/** How many lines are kept; what can still be undone goes last. */
const KEPT = 12;

/** The entry at its place, or put first; the oldest that can no longer be undone fall off. */
export function withEntry(strip: readonly StripEntry[], entry: StripEntry): readonly StripEntry[] {
  const at = strip.findIndex(({ key }) => key === entry.key);
  if (at >= 0) return strip.with(at, entry);
  return [entry, ...strip].slice(0, KEPT);
}

export function changeEntry(
  strip: readonly StripEntry[],
  key: string,
  change: Partial<StripEntry>,
): readonly StripEntry[] {
  return strip.map((entry) => (entry.key === key ? { ...entry, ...change } : entry));
}

/** The newest entry that an undo would still be taken for. */
export function newestUndoable(strip: readonly StripEntry[], nowMs: number): StripEntry | undefined {
  return strip.find(({ undoable, undo }) => undoable && undo === undefined && Date.parse(undoable.until) > nowMs);
}
