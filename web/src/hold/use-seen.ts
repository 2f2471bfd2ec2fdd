import { useEffect, useState } from 'react';

/** How long an item must have been on the screen before it can be decided, in milliseconds. */
export const SEEN_AFTER_MS = 700;

/** Whether what `key` names has been on the visible screen for long enough. Starts over with another key. */
export function useSeen(key: string, shown: boolean): boolean {
  const [seenKey, setSeenKey] = useState<string | null>(null);
  useEffect(() => {
    if (!shown) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const start = () => {
      clearTimeout(timer);
      if (document.visibilityState === 'visible') timer = setTimeout(() => setSeenKey(key), SEEN_AFTER_MS);
    };
    start();
    document.addEventListener('visibilitychange', start);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', start);
    };
  }, [key, shown]);
  return seenKey === key;
}
