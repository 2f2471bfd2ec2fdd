import type { Hold } from '../../../src/client/index.ts';
import type { Band, QueueBand } from './queue-order.ts';

/** A line of the list: the head of a band, or a hold. */
export type QueueItem =
  | { readonly type: 'band'; readonly band: Band; readonly count: number }
  | { readonly type: 'hold'; readonly band: Band; readonly hold: Hold };

export function itemsOf(bands: readonly QueueBand[]): QueueItem[] {
  return bands.flatMap(({ band, holds }) => [
    { type: 'band' as const, band, count: holds.length },
    ...holds.map((hold) => ({ type: 'hold' as const, band, hold })),
  ]);
}

/** The hold after (or before) another in the order of the list; the nearest end where there is none. */
export function neighbour(holds: readonly Hold[], holdId: string | null, step: 1 | -1): Hold | undefined {
  const at = holds.findIndex(({ id }) => id === holdId);
  if (at < 0) return step === 1 ? holds[0] : holds.at(-1);
  return holds[at + step] ?? holds[at];
}

/** What to look at once a hold is decided: the next in the list, or else the one before. */
export function successor(holds: readonly Hold[], holdId: string): Hold | undefined {
  const at = holds.findIndex(({ id }) => id === holdId);
  if (at < 0) return holds[0];
  return holds[at + 1] ?? holds[at - 1];
}
