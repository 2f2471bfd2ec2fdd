import type { RunEvent } from '../../../src/client/index.ts';
import type { MarkName } from '../shell/mark-name.ts';
import { markOfEvent } from './run-words.ts';

export interface Tick {
  /** Where it is along the track, 0 to `PLACES`. */
  readonly place: number;
  readonly mark: MarkName;
}

/** As many marks as can be told apart; of those that fall on one place the weightiest is drawn. */
export const PLACES = 400;
const WEIGHT: Readonly<Partial<Record<MarkName, number>>> = { failed: 3, held: 2, completed: 1 };

/** What mattered along the time of a run: where a task ended, a person was asked, or something was refused. */
export function ticksOf(events: readonly Pick<RunEvent, 'seq' | 'type'>[], lastSeq: number): readonly Tick[] {
  const marks = new Map<number, MarkName>();
  for (const { seq, type } of events) {
    const mark = type === 'action.succeeded' ? null : markOfEvent(type);
    if (mark === null) continue;
    const place = Math.round(shareOf(seq, lastSeq) * PLACES);
    const before = marks.get(place);
    if (before === undefined || weightOf(mark) > weightOf(before)) marks.set(place, mark);
  }
  return [...marks].map(([place, mark]) => ({ place, mark }));
}

/** Where an event stands along the track, 0 to 1. */
export function shareOf(seq: number, lastSeq: number): number {
  return lastSeq < 2 ? 1 : (seq - 1) / (lastSeq - 1);
}

function weightOf(mark: MarkName): number {
  return WEIGHT[mark] ?? 0;
}
