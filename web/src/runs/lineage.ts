import type { RunEvent } from '../../../src/client/index.ts';
import { isObject } from '../text/show-json.ts';

export interface Origin {
  readonly runId: string;
  readonly seq: number;
  /** How many events of this journal were taken over. */
  readonly copied: number;
}

/** Where a run was forked from, as its first event says; null: nowhere. */
export function originOf(events: readonly RunEvent[]): Origin | null {
  const data = events[0]?.data;
  const from = isObject(data) ? data.forkedFrom : null;
  if (!isObject(from)) return null;
  const { runId, seq, copied } = from;
  return typeof runId === 'string' && typeof seq === 'number' && typeof copied === 'number'
    ? { runId, seq, copied }
    : null;
}

/** The runs that were forked from this one, the oldest first. */
export function forksOf(events: readonly RunEvent[]): readonly { readonly runId: string; readonly seq: number }[] {
  return events.flatMap(({ type, data }) =>
    type === 'run.forked' && isObject(data) && typeof data.to === 'string' && typeof data.seq === 'number'
      ? [{ runId: data.to, seq: data.seq }]
      : [],
  );
}

/** The longest text that is named at a glance. */
const SHORT = 48;

/** What tells one run of a crew from the next at a glance: of the short texts among its inputs the one that says most. */
export function subjectOfRun(events: readonly RunEvent[]): string | null {
  const data = events[0]?.data;
  const inputs = isObject(data) && isObject(data.inputs) ? Object.values(data.inputs) : [];
  const texts = inputs.filter(
    (value): value is string =>
      typeof value === 'string' && value.trim() !== '' && value.length <= SHORT && !value.includes('\n'),
  );
  return texts.toSorted((a, b) => b.length - a.length)[0] ?? null;
}
