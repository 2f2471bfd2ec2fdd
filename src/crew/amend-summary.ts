import type { HoldRecord } from '../hooks/hold.ts';
import type { RunSummary } from '../hooks/run-summary.ts';

/**
 * The run's row after somebody else than its owner appended, without folding the run: what `summaryOf` will say of it, so that
 * a decision need not read the whole journal inside its transaction. `closed`: the holds that the append closed.
 */
export function amendSummary(summary: RunSummary, lastSeq: number, closed: readonly HoldRecord[]): RunSummary {
  const amended = { ...summary, lastSeq };
  if (closed.length === 0) return amended;
  const ids = new Set<string>(closed.map((hold) => hold.id));
  const tasks = { ...summary.tasks };
  for (const { task } of closed) if (task !== null && tasks[task] === 'held') tasks[task] = 'working';
  const waits = summary.status === 'held' || summary.status === 'running';
  return {
    ...amended,
    tasks,
    openHolds: summary.openHolds.filter((id) => !ids.has(id)),
    status: waits ? 'running' : summary.status,
  };
}
