import type { ActionId } from '../ids.ts';
import type { Announcement } from '../runner/announcements.ts';
import type { Commit } from '../runner/engine.ts';
import type { ServerMessage, ServerMessageName } from './protocol/server-messages.ts';

export type Broadcast = <N extends ServerMessageName>(name: N, message: ServerMessage<N>) => void;

/** Tells all who may read. */
export function announce(announcements: readonly Announcement[], broadcast: Broadcast): void {
  for (const announcement of announcements) {
    if (announcement.type === 'run:updated') broadcast(announcement.type, announcement.run);
    else broadcast(announcement.type, announcement.hold);
  }
}

/** The actions of tier `supervised` that ran without anybody being asked. */
export function supervisedIn({ events }: Commit): Set<ActionId> {
  const ran = events.filter(({ type, data }) => {
    return type === 'action.succeeded' && (data as { undoUntil: string | null }).undoUntil !== null;
  });
  return new Set(ran.map(({ data }) => (data as { actionId: ActionId }).actionId));
}
