import { announcementsOf } from '../runner/announcements.ts';
import type { Commit, Engine } from '../runner/engine.ts';
import type { ServerMessage, ServerMessageName } from './protocol/server-messages.ts';
import type { ServerLog } from './server-log.ts';
import { supervisedActions } from './supervised-actions.ts';

export type Broadcast = <N extends ServerMessageName>(name: N, message: ServerMessage<N>) => void;

/** Tells all who may read what a commit changed. */
export function broadcastCommit(commit: Commit, broadcast: Broadcast): void {
  for (const announcement of announcementsOf(commit)) {
    if (announcement.type === 'run:updated') broadcast(announcement.type, announcement.run);
    else broadcast(announcement.type, announcement.hold);
  }
}

/** Tells of each action of tier `supervised` that ran without anybody being asked, so that a person can still undo it. */
export async function noticeSupervised(
  { runId, events }: Commit,
  { engine, broadcast, log }: { engine: Engine; broadcast: Broadcast; log: ServerLog },
): Promise<void> {
  const ran = events.filter(({ type, data }) => {
    return type === 'action.succeeded' && (data as { undoUntil: string | null }).undoUntil !== null;
  });
  if (ran.length === 0) return;
  try {
    const ids = new Set(ran.map(({ data }) => (data as { actionId: string }).actionId));
    const { actions } = await engine.stateAt(runId);
    for (const { state: _state, audits: _audits, ...notice } of supervisedActions(runId, actions).reverse()) {
      if (ids.has(notice.actionId)) broadcast('notice:supervised', notice);
    }
  } catch (err) {
    log.error({ err, runId }, 'a supervised action was not announced; `actions:list` has it');
  }
}
