import { useEffect, useRef } from 'react';
import type { Mode } from './hold-item.tsx';

/** Once what was asked over the bar is left, the focus is on the verb that opened it, and not lost. */
export function useFocusBack(mode: Mode): void {
  const before = useRef(mode);
  useEffect(() => {
    const left = before.current;
    before.current = mode;
    if (mode !== 'read' || left === 'read' || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`.decide [data-verb="${left}"]`)?.focus();
  }, [mode]);
}
