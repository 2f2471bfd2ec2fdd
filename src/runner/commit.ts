import type { Draft } from '../crew/events.ts';
import type { RunState } from '../crew/run-state.ts';
import { summaryOf } from '../crew/summary.ts';
import type { HoldRecord } from '../hooks/hold.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { HoldId, RunId } from '../ids.ts';
import { type Head, type JournalEvent, seal } from '../journal/envelope.ts';
import { lift, MAX_INLINE_BYTES, type Payload } from '../journal/payloads.ts';

export interface Sealed {
  readonly events: readonly JournalEvent[];
  readonly payloads: readonly Payload[];
}

/** Drafts as they are written: large values moved out, and chained to the head. */
export function sealDrafts(
  runId: RunId,
  head: Head,
  drafts: readonly Draft[],
  given: { at: string; salt: () => string; maxValueBytes: number },
): Sealed {
  const payloads: Payload[] = [];
  const lifted = drafts.map((event): Draft => {
    const { data, payloads: moved } = lift<object>(event.data, MAX_INLINE_BYTES, given.maxValueBytes);
    payloads.push(...moved);
    return { ...event, data } as Draft;
  });
  return { events: seal(runId, head, lifted, given), payloads };
}

/** The rows of the index that go with an append: the run's, and those of the holds that it touched. */
export function rowsOf(state: RunState, drafts: readonly Draft[]): { summary: RunSummary; holds: HoldRecord[] } {
  const touched = new Set<HoldId>();
  for (const event of drafts) {
    if (event.type === 'hold.opened') touched.add(event.data.id);
    else if (event.type.startsWith('hold.')) touched.add((event.data as { holdId: HoldId }).holdId);
  }
  const holds = [...touched].flatMap((id) => state.holds.get(id) ?? []);
  return { summary: summaryOf(state), holds };
}
