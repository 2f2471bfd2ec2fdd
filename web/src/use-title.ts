import { useEffect } from 'react';
import { openCount } from './desk/desk-state.ts';
import { useDesk } from './desk/use-desk.ts';

/** The title of the tab: how many wait, and what is looked at. */
export function useTitle(what: string | null): void {
  const count = useDesk(openCount);
  useEffect(() => {
    document.title = `${count > 0 ? `(${count}) ` : ''}${what === null ? '' : `${what} · `}Holdpoint`;
  }, [count, what]);
}
