import { useEffect, useRef } from 'react';

export type Keys = Readonly<Record<string, (() => void) | undefined>>;

/** How the key is called that sends what is open. */
export const MOD_ENTER = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? '') ? '⌘⏎' : 'ctrl ⏎';

const OFF = 'holdpoint.keys-off';

/** Some readers' software speaks to pages by single letters; then the shortcuts are turned off in the menu. */
export function areKeysOn(): boolean {
  return localStorage.getItem(OFF) === null;
}

export function turnKeys(on: boolean): void {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, '1');
}

/** Keys for as long as the component is there: 'a', '?', 'Escape', or 'mod+Enter', which also works inside inputs, as Escape does. */
export function useKeys(keys: Keys): void {
  const now = useRef(keys);
  now.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const name = nameOf(event);
      const act = name === null ? undefined : now.current[name];
      if (!act || event.defaultPrevented || event.isComposing) return;
      const everywhere = name === 'Escape' || name === 'mod+Enter';
      if (document.querySelector('[role="dialog"], [role="menu"]')) return;
      if (!everywhere && (isTyping(event.target) || !areKeysOn())) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function nameOf({ key, metaKey, ctrlKey, altKey }: KeyboardEvent): string | null {
  if (key === 'Enter' && (metaKey || ctrlKey)) return 'mod+Enter';
  if (metaKey || ctrlKey || altKey) return null;
  return key.length === 1 ? key.toLowerCase() : key;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
