import { useEffect, useMemo, useState } from 'react';
import type { RunEvent, RunState } from '../../../src/client/index.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { type Streaming, type Streams, stillOpen, withDelta } from './streaming.ts';

/** Every event of a run, as it comes: in order, none twice, across reconnects. */
export function useRunEvents(runId: string): { readonly events: readonly RunEvent[]; readonly problem: string | null } {
  const store = useDeskStore();
  const [events, setEvents] = useState<readonly RunEvent[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    setEvents([]);
    let waiting: RunEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      const come = waiting;
      waiting = [];
      setEvents((before) => [...before, ...come]);
    };
    const stop = store.client.runs.follow(
      runId,
      (event) => {
        waiting.push(event);
        timer ??= setTimeout(flush, 30);
      },
      { onError: (error) => setProblem(error instanceof Error ? error.message : String(error)) },
    );
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [store, runId]);
  return { events, problem };
}

export interface ReplayedState {
  /** The newest that was read; it may be of another event than the one that is asked for now. */
  readonly state: RunState | null;
  /** Why the state after the event that is asked for cannot be shown. */
  readonly problem: string | null;
}

/**
 * The run as the journal says it was after an event; read from the server, which replays it.
 * @param seq null: now, after the last event that is known of, also while the journal is still being read
 */
export function useRunState(runId: string, { seq, lastSeq }: { seq: number | null; lastSeq: number }): ReplayedState {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [read, setRead] = useState<ReplayedState>({ state: null, problem: null });
  const at = seq ?? lastSeq;
  useEffect(() => {
    if (at === 0 || !live) return;
    let wanted = true;
    const timer = setTimeout(() => {
      store.client.runs.state(runId, at).then(
        (state) => wanted && setRead({ state, problem: null }),
        (error) =>
          wanted &&
          setRead(({ state }) => ({ state, problem: error instanceof Error ? error.message : String(error) })),
      );
    }, READ_AFTER_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [store, runId, at, live]);
  if (!live && read.state?.seq !== at)
    return { ...read, problem: 'Not connected: this is replayed once the server answers.' };
  return read;
}

/** How long the slider rests before the server is asked, in milliseconds. */
const READ_AFTER_MS = 60;

/** What agents say right now. It is volatile: an event that records the answer ends it. */
export function useStreaming(runId: string, events: readonly RunEvent[]): readonly Streaming[] {
  const store = useDeskStore();
  const [streams, setStreams] = useState<Streams>(new Map());
  useEffect(
    () =>
      store.client.on('run:delta', (delta) => {
        if (delta.runId === runId) setStreams((before) => withDelta(before, delta));
      }),
    [store, runId],
  );
  return useMemo(() => stillOpen(streams, events), [streams, events]);
}
