import type { Hold } from '../../../src/client/index.ts';

/** Decisions in one message at most. */
export const BATCH_LIMIT = 20;

/**
 * What may be approved with others of its kind: outputs, and actions that can be undone. Never for a person to do, never what
 * cannot be taken back, never what needs words of its own.
 */
export function isBatchable({ kind, impact, review }: Hold): boolean {
  if (review.quorum > 1 || review.reasonRequired.includes('approve')) return false;
  return kind === 'after' || (kind === 'action' && impact?.reversible === true);
}

/** Of one type: the same tool, or the outputs of the same task. */
export function batchType({ kind, action, crew, task }: Hold): string {
  return kind === 'action' ? `action:${action?.tool}` : `after:${crew}/${task}`;
}

/** The selection after a hold was picked: again puts it back; one of another type begins anew. */
export function pick(selected: readonly Hold[], hold: Hold): readonly Hold[] {
  if (!isBatchable(hold)) return selected;
  if (selected.some(({ id }) => id === hold.id)) return selected.filter(({ id }) => id !== hold.id);
  const [first] = selected;
  if (first && batchType(first) !== batchType(hold)) return [hold];
  return selected.length >= BATCH_LIMIT ? selected : [...selected, hold];
}
