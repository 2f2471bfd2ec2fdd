import type { Server } from 'socket.io';
import type { ErrorBody } from '../errors.ts';
import { announcementsOf } from '../runner/announcements.ts';
import type { Commit, Engine } from '../runner/engine.ts';
import { afterThisTurn } from './after-this-turn.ts';
import { announce, supervisedIn } from './broadcasts.ts';
import { toErrorBody } from './call.ts';
import { DeltaRelay } from './delta-relay.ts';
import { every } from './every.ts';
import type { Hints } from './hints/hints.ts';
import { ShowOthers } from './hints/show-others.ts';
import type { Authenticator } from './identity/authenticator.ts';
import type { ServerLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { REVIEW_NAMESPACE } from './protocol/socket-events.ts';
import { receive } from './receive.ts';
import type { ReviewNamespace, ReviewSocket } from './review-socket.ts';
import type { ServerLog } from './server-log.ts';
import { SupervisedNotices } from './supervised-notices.ts';
import { toSockets } from './to-sockets.ts';
import { cutUnauthenticated, SlowClients } from './watch-sockets.ts';
import type { WatchedRuns } from './watched-runs.ts';

const POLL_MS = 1_000;
const TOKEN_CHECK_MS = 2_000;

export interface ReviewNamespaceOptions {
  readonly io: Server;
  readonly engine: Engine;
  readonly authenticator: Authenticator;
  readonly metrics: Metrics;
  readonly log: ServerLog;
  readonly limits: ServerLimits;
  /** Where other nodes serve the same database. */
  readonly hints: Hints | undefined;
}

/** Serves reviewers on Socket.IO: answers their messages and tells them what happens. Returns how to stop it. */
export function serveReviewNamespace(options: ReviewNamespaceOptions): () => void {
  const { io, engine, authenticator, metrics, log, limits } = options;
  const namespace: ReviewNamespace = io.of(REVIEW_NAMESPACE);
  const { watched, stop } = tellWhatHappens(namespace, options);

  namespace.use((socket, next) => admit(socket, { authenticator, log }).then(() => next(), next));
  namespace.on('connection', (socket) => {
    metrics.socketsChanged(1);
    const watching = watched.of(socket);
    receive(socket, { engine, authenticator, watching, log, limits });
    socket.on('disconnect', () => {
      metrics.socketsChanged(-1);
      watched.leave(socket);
    });
  });

  const slow = new SlowClients(limits);
  const stopPolling = every(POLL_MS, async () => {
    slow.cut(namespace, Date.now());
    await watched.wakeAll();
  });
  const stopChecking = every(TOKEN_CHECK_MS, () => cutUnauthenticated(namespace, { authenticator, log }));
  return () => {
    stop();
    stopPolling();
    stopChecking();
    for (const socket of namespace.sockets.values()) watched.leave(socket);
  };
}

/** What this node and the others do, as it happens. */
function tellWhatHappens(
  namespace: ReviewNamespace,
  { engine, metrics, log, limits, hints }: ReviewNamespaceOptions,
): { watched: WatchedRuns; stop: () => void } {
  const sockets = toSockets(namespace, {
    ...{ journal: engine.journal, log, limits },
    onBegin: (runId) => others?.watched(runId),
  });
  const { broadcast, watched, sendDelta } = sockets;
  const deltas = new DeltaRelay(sendDelta);
  const others =
    hints &&
    new ShowOthers({
      ...{ hints, engine, log, ...sockets },
      isAnybodyHere: () => namespace.sockets.size > 0,
      watchedHere: () => watched.all(),
      wakeWatchers: (runId) => watched.wake(runId),
      // The transport: so the client comes back by itself.
      reconnectAll: () => namespace.sockets.forEach(({ conn }) => void conn.close()),
    });
  const notices = new SupervisedNotices({ engine, broadcast, log });
  // A model is asked what a decision allows before all are told of the decision.
  const telling = afterThisTurn((commit: Commit) => {
    deltas.flush(commit.runId);
    announce(announcementsOf(commit), sockets);
    watched.wake(commit.runId);
    notices.add(commit.runId, supervisedIn(commit));
  }, log);
  const unsubscribe = engine.on({
    committed: (commit) => {
      if (commit.events[0]?.type === 'run.started' && namespace.sockets.size > 0) watched.expect(commit.runId);
      metrics.committed(commit);
      telling.add(commit);
    },
    delta: (delta) => deltas.push(delta),
    watches: (runId) => watched.has(runId),
  });
  const stop = () => {
    unsubscribe();
    telling.close();
    deltas.close();
    sockets.close();
    others?.close();
  };
  return { watched, stop };
}

/** Lets a socket in that says who it is. The refusal carries the error's body, which the client gets as `data`. */
async function admit(
  socket: ReviewSocket,
  { authenticator, log }: { authenticator: Authenticator; log: ServerLog },
): Promise<void> {
  try {
    const { token } = socket.handshake.auth as { token?: unknown };
    const { cookie } = socket.handshake.headers;
    const presented = typeof token === 'string' && token !== '' ? { token } : { cookie };
    const { credential } = await authenticator.authenticate(presented);
    socket.data.credential = credential;
  } catch (error) {
    const body = toErrorBody(error, { name: null, log });
    throw Object.assign(new Error(body.message), { data: body satisfies ErrorBody });
  }
}
