import { useCallback, useEffect, useState } from 'react';
import type { ReviewClient, RunSummary } from '../../../src/client/index.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';

/** How the server's crew differs from that of a run; `fingerprint` names this very difference. */
export type CrewChange = Awaited<ReturnType<ReviewClient['runs']['change']>>;

interface ReadChange {
  readonly change: CrewChange | null;
  /** Why it cannot be shown. */
  readonly problem: string | null;
  readonly reload: () => void;
}

/** Read anew when the run moves, and when the server is back: it may have come back with another crew. */
export function useCrewChange({ id, lastSeq }: RunSummary): ReadChange {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [read, setRead] = useState<Omit<ReadChange, 'reload'>>({ change: null, problem: null });
  const load = useCallback(async () => {
    try {
      setRead({ change: await store.client.runs.change(id), problem: null });
    } catch (error) {
      setRead({ change: null, problem: error instanceof Error ? error.message : String(error) });
    }
  }, [store, id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the run may be parked again, for another change
  useEffect(() => {
    if (live) void load();
  }, [load, live, lastSeq]);
  return { ...read, reload: () => void load() };
}
