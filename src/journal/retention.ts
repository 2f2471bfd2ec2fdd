import type { RunSummary } from '../hooks/run-summary.ts';
import type { JournalEvent } from './envelope.ts';
import { refsOf } from './payloads.ts';

/** What of a run is erased. Its chain stays whole: only `data` and `salt` of events go, which no hash but their own covers. */
export interface Erasure {
  /** The head that the run had when it was read. */
  readonly seq: number;
  readonly seqs: readonly number[];
  /** Of these tasks the holds go as well; null: all holds of the run. */
  readonly tasks: readonly string[] | null;
  /** The run's row afterwards. */
  readonly summary: RunSummary;
}

/** The event without its content. */
export function withoutData({ data: _data, salt: _salt, ...rest }: JournalEvent): JournalEvent {
  return rest;
}

/** The payloads that events still name. */
export function namedPayloads(events: readonly JournalEvent[]): ReadonlySet<string> {
  return new Set(events.flatMap(({ data }) => refsOf(data)));
}
