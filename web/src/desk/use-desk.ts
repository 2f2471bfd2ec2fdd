import { createContext, useContext, useSyncExternalStore } from 'react';
import type { DeskState } from './desk-state.ts';
import type { DeskStore } from './desk-store.ts';

const DeskContext = createContext<DeskStore | null>(null);
export const DeskProvider = DeskContext.Provider;

export function useDeskStore(): DeskStore {
  const store = useContext(DeskContext);
  if (store === null) throw new Error('Only a signed-in page has a desk.');
  return store;
}

/** A part of what the page knows. `select` must give the same object as long as nothing changed in it. */
export function useDesk<T>(select: (state: DeskState) => T): T {
  const store = useDeskStore();
  return useSyncExternalStore(store.subscribe, () => select(store.state));
}
