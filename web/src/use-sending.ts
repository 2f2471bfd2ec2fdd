import { useCallback, useRef, useState } from 'react';

export interface Sending {
  readonly sending: boolean;
  /** Why the last try was refused, in the server's words. */
  readonly problem: string | null;
  /** The refusal itself, for who can make more of it. */
  readonly error: unknown;
  /** Runs what sends something, one at a time. Whether it went well. */
  readonly send: (act: () => Promise<void>) => Promise<boolean>;
}

/** For whatever sends something and tells what came of it in its own place. */
export function useSending(): Sending {
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const busy = useRef(false);
  const send = useCallback(async (act: () => Promise<void>) => {
    if (busy.current) return false;
    busy.current = true;
    setSending(true);
    setError(null);
    try {
      await act();
      return true;
    } catch (caught) {
      setError(caught);
      return false;
    } finally {
      busy.current = false;
      setSending(false);
    }
  }, []);
  return { sending, error, problem: error === null ? null : messageOf(error), send };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
