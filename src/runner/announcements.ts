import { type Hold, toHold } from '../hooks/hold.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { Commit } from './engine.ts';

/** What a commit means to people who look on: the same words on the wire and in `holdpoint.on(…)`. */
export type Announcement =
  | { readonly type: 'hold:opened' | 'hold:updated' | 'hold:closed'; readonly hold: Hold }
  | { readonly type: 'run:updated'; readonly run: RunSummary };

/** The holds that events opened, by their ids. */
export function openedIn(events: Commit['events']): Set<string> {
  return new Set(events.flatMap(({ type, data }) => (type === 'hold.opened' ? [(data as { id: string }).id] : [])));
}

export function announcementsOf({ events, ...after }: Commit): Announcement[] {
  return announcementsAfter({ opened: openedIn(events), ...after });
}

/** The same from rows as they are now, whatever events led to them. */
export function announcementsAfter({
  opened,
  holds,
  summary,
}: Pick<Commit, 'holds' | 'summary'> & { readonly opened: ReadonlySet<string> }): Announcement[] {
  const told = holds.map((record): Announcement => {
    const type = record.status !== 'open' ? 'hold:closed' : opened.has(record.id) ? 'hold:opened' : 'hold:updated';
    return { type, hold: toHold(record) };
  });
  return [...told, { type: 'run:updated', run: summary }];
}
