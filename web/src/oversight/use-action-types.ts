import { useEffect, useState } from 'react';
import type { DeskStore } from '../desk/desk-store.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';

export type ActionType = Awaited<ReturnType<DeskStore['client']['oversight']['list']>>[number];

export interface ActionTypes {
  readonly types: readonly ActionType[] | null;
  readonly problem: string | null;
  readonly reload: () => void;
}

/** The record is counted from every journal, so it is not asked for at each hold. */
const FRESH_MS = 30_000;
let kept:
  | { readonly store: DeskStore; readonly atMs: number; readonly types: Promise<readonly ActionType[]> }
  | undefined;

function read(store: DeskStore): Promise<readonly ActionType[]> {
  if (kept?.store !== store || Date.now() - kept.atMs > FRESH_MS) {
    kept = { store, atMs: Date.now(), types: store.client.oversight.list() };
  }
  return kept.types;
}

/** What the record says of each action type; `problem` where the server cannot tell. */
export function useActionTypes(): ActionTypes {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [types, setTypes] = useState<readonly ActionType[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each round reads again
  useEffect(() => {
    if (!live) return;
    let wanted = true;
    read(store).then(
      (found) => {
        if (!wanted) return;
        setTypes(found);
        setProblem(null);
      },
      (error: unknown) => {
        kept = undefined;
        if (wanted) setProblem(error instanceof Error ? error.message : String(error));
      },
    );
    return () => {
      wanted = false;
    };
  }, [store, live, round]);
  return {
    types,
    problem,
    reload: () => {
      kept = undefined;
      setRound(round + 1);
    },
  };
}
