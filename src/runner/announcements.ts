import { type Hold, toHold } from '../hooks/hold.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { Commit } from './engine.ts';

/** What a commit means to people who look on: the same words on the wire and in `holdpoint.on(…)`. */
export type Announcement =
  | { readonly type: 'hold:opened' | 'hold:updated' | 'hold:closed'; readonly hold: Hold }
  | { readonly type: 'run:updated'; readonly run: RunSummary };

export function announcementsOf({ events, holds, summary }: Commit): Announcement[] {
  const opened = new Set(
    events.flatMap((event) => (event.type === 'hold.opened' ? [(event.data as { id: string }).id] : [])),
  );
  const told = holds.map((record): Announcement => {
    const type = record.status !== 'open' ? 'hold:closed' : opened.has(record.id) ? 'hold:opened' : 'hold:updated';
    return { type, hold: toHold(record) };
  });
  return [...told, { type: 'run:updated', run: summary }];
}
