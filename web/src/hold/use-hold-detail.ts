import { useEffect, useState } from 'react';
import { type Hold, HoldpointError, type Verdict } from '../../../src/client/index.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';

export interface HoldDetail {
  readonly hold: Hold;
  readonly may: readonly Verdict[];
  /** Why nothing may be decided; null where something may. */
  readonly why: string | null;
}

export type DetailState =
  | { readonly state: 'loading'; readonly row: Hold | undefined }
  | { readonly state: 'ready'; readonly detail: HoldDetail }
  | { readonly state: 'failed'; readonly problem: string };

/** One hold with all there is to it, read again whenever something about it changes. */
export function useHoldDetail(holdId: string): DetailState {
  const store = useDeskStore();
  const row = useDesk((state) => state.holds.get(holdId));
  const live = useDesk((state) => state.link.state === 'live');
  const [read, setRead] = useState<{ holdId: string; detail?: HoldDetail; problem?: string }>({ holdId });
  const seq = row?.seq ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new seq says that the hold changed
  useEffect(() => {
    let wanted = live;
    if (!live) return;
    store.client.holds.get(holdId).then(
      ({ hold, you }) => {
        if (!wanted) return;
        setRead({ holdId, detail: { hold, may: you.may, why: you.why } });
        store.putHold(withoutDetail(hold));
      },
      (error: unknown) => {
        if (!wanted || (error instanceof HoldpointError && error.code === 'UNAVAILABLE')) return;
        setRead({ holdId, problem: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => {
      wanted = false;
    };
  }, [store, holdId, seq, live]);
  if (read.holdId !== holdId) return { state: 'loading', row };
  if (read.detail) {
    // What the server told since is newer than what was read, but for what only the detail has.
    const { hold } = read.detail;
    const newer = row && row.seq > hold.seq && row.digest === hold.digest ? { ...hold, ...row } : hold;
    return { state: 'ready', detail: { ...read.detail, hold: newer } };
  }
  return read.problem === undefined ? { state: 'loading', row } : { state: 'failed', problem: read.problem };
}

function withoutDetail({ context: _context, done: _done, ...row }: Hold): Hold {
  return row;
}
