import type { RunId } from '../ids.ts';
import type { Delta } from '../runner/engine.ts';
import type { Broadcast, Told } from './broadcasts.ts';
import type { ServerLimits } from './limits.ts';
import { bufferedBytes, type ReviewNamespace } from './review-socket.ts';
import { RunUpdates } from './run-updates.ts';
import type { ServerLog } from './server-log.ts';
import { SharedPages } from './shared-pages.ts';
import { ToAll } from './to-all.ts';
import { WatchedRuns, type WatchedRunsOptions } from './watched-runs.ts';

/** The ways to the sockets of this node. Whatever goes to several of them is encoded once. */
export interface ToSockets extends Told {
  readonly watched: WatchedRuns;
  readonly updates: RunUpdates;
  readonly sendDelta: (delta: Delta) => void;
  readonly close: () => void;
}

export interface ToSocketsOptions extends Pick<WatchedRunsOptions, 'onBegin'> {
  readonly journal: ConstructorParameters<typeof SharedPages>[0]['journal'];
  readonly log: ServerLog;
  readonly limits: ServerLimits;
}

export function toSockets(namespace: ReviewNamespace, options: ToSocketsOptions): ToSockets {
  const { journal, log, limits, onBegin } = options;
  // Every role may read, so all who are in may be told.
  const toAll = new ToAll<(emit: Broadcast) => void>({
    readers: () => [...namespace.sockets.keys()],
    send: (message, socketIds) => {
      const some = namespace.to([...socketIds]);
      message((name, given) => void (some.emit as Broadcast).call(some, name, given));
    },
  });
  const broadcast: Broadcast = (name, message) => toAll.add((emit) => emit(name, message));
  const pages = new SharedPages({
    journal,
    send: (event, socketIds) => namespace.to([...socketIds]).emit('run:event', event),
  });
  const watched = new WatchedRuns({ pages, log, limits, onBegin });
  const toWatchers = (runId: RunId, room = Number.POSITIVE_INFINITY) => {
    const sockets = [...watched.socketsOf(runId)].filter((socket) => bufferedBytes(socket) < room);
    return sockets.length > 0 ? namespace.to(sockets.map(({ id }) => id)) : undefined;
  };
  const updates = new RunUpdates({
    isAnybodyHere: () => namespace.sockets.size > 0,
    readers: (runId) => {
      const watching = new Set([...watched.socketsOf(runId)].map(({ id }) => id));
      return [...watching, ...[...namespace.sockets.keys()].filter((id) => !watching.has(id))];
    },
    perSecond: limits.runUpdatesPerSecond,
    tell: (run, socketIds) => namespace.to([...socketIds]).emit('run:updated', run),
    tellWatchers: (run) => toWatchers(run.id)?.emit('run:updated', run),
  });
  // Who does not keep up misses pieces; the whole answer comes with the event.
  const sendDelta = (delta: Delta) => toWatchers(delta.runId, limits.maxBufferedBytes / 4)?.emit('run:delta', delta);
  const close = () => {
    updates.close();
    toAll.close();
  };
  return { broadcast, watched, updates, sendDelta, close };
}
