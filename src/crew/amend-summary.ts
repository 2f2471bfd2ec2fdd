import type { HoldRecord } from '../hooks/hold.ts';
import type { RunSummary } from '../hooks/run-summary.ts';

/** What somebody else than a run's owner appended, as far as the run's row depends on it. */
export interface Amends {
  readonly lastSeq: number;
  /** The holds that it closed. */
  readonly closed: readonly HoldRecord[];
  /** Whether a hold of the whole run stays open, so that nothing goes on. */
  readonly suspended: boolean;
  /** Whether it ends the run: a cancel, or a person who lets it fail. */
  readonly ends: boolean;
}

/**
 * The run's row after somebody else than its owner appended, without folding the run: what `summaryOf` will say of it, so that
 * a decision need not read the whole journal inside its transaction.
 */
export function amendSummary(summary: RunSummary, { lastSeq, closed, suspended, ends }: Amends): RunSummary {
  const ids = new Set<string>(closed.map((hold) => hold.id));
  const tasks = { ...summary.tasks };
  for (const { task } of closed) if (task !== null && tasks[task] === 'held') tasks[task] = 'working';
  const goesOn = closed.length > 0 && !suspended && summary.status === 'held';
  return {
    ...summary,
    lastSeq,
    tasks,
    openHolds: summary.openHolds.filter((id) => !ids.has(id)),
    status: goesOn || ends ? 'running' : summary.status,
    // Before its end only a parked run has one.
    error: ends ? null : summary.error,
  };
}
