import type { ActionId, RunId } from '../ids.ts';
import type { Announcement } from '../runner/announcements.ts';
import type { Commit, Engine } from '../runner/engine.ts';
import type { ServerMessage, ServerMessageName } from './protocol/server-messages.ts';
import type { ServerLog } from './server-log.ts';
import { supervisedActions } from './supervised-actions.ts';

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

/** Tells of each of these actions, so that a person can still undo it. */
export async function noticeSupervised(
  { runId, actions: ran }: { runId: RunId; actions: ReadonlySet<ActionId> },
  { engine, broadcast, log }: { engine: Engine; broadcast: Broadcast; log: ServerLog },
): Promise<void> {
  if (ran.size === 0) return;
  try {
    const { actions } = await engine.stateAt(runId);
    for (const { state: _state, audits: _audits, ...notice } of supervisedActions(runId, actions).reverse()) {
      if (ran.has(notice.actionId)) broadcast('notice:supervised', notice);
    }
  } catch (err) {
    log.error({ err, runId }, 'a supervised action was not announced; `actions:list` has it');
  }
}
