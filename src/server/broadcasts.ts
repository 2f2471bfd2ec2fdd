import type { ActionId } from '../ids.ts';
import type { Announcement } from '../runner/announcements.ts';
import type { Commit } from '../runner/engine.ts';
import type { ServerMessage, ServerMessageName } from './protocol/server-messages.ts';
import type { RunUpdates } from './run-updates.ts';

export type Broadcast = <N extends ServerMessageName>(name: N, message: ServerMessage<N>) => void;

export interface Told {
  readonly broadcast: Broadcast;
  readonly updates: Pick<RunUpdates, 'add'>;
}

/** Tells all who may read. */
export function announce(announcements: readonly Announcement[], { broadcast, updates }: Told): void {
  const isAboutHold = announcements.some(({ type }) => type !== 'run:updated');
  for (const announcement of announcements) {
    if (announcement.type !== 'run:updated') broadcast(announcement.type, announcement.hold);
    else updates.add(announcement.run, { pressing: isAboutHold || announcement.run.status !== 'running' });
  }
}

/** The actions of tier `supervised` that ran without anybody being asked. */
export function supervisedIn({ events }: Commit): Set<ActionId> {
  const ran = events.filter(({ type, data }) => {
    return type === 'action.succeeded' && (data as { undoUntil: string | null }).undoUntil !== null;
  });
  return new Set(ran.map(({ data }) => (data as { actionId: ActionId }).actionId));
}
