import { useCallback, useEffect, useRef, useState } from 'react';
import { go } from '../router.ts';

/** How long the slider rests before the address follows it, in milliseconds: browsers refuse an address that changes all the time. */
const ADDRESS_AFTER_MS = 250;

interface SeqOptions {
  readonly runId: string;
  /** The event that the address asks for. */
  readonly asked: number | undefined;
  readonly lastSeq: number;
}

/** The event that is looked at, null for now; it stands in the address, so that it can be sent to somebody. */
export function useSeq({ runId, asked, lastSeq }: SeqOptions): [number | null, (seq: number | null) => void] {
  const [wanted, setWanted] = useState<number | null>(asked ?? null);
  const last = useRef(lastSeq);
  last.current = lastSeq;
  useEffect(() => setWanted(asked ?? null), [asked]);
  useEffect(() => {
    if (wanted === (asked ?? null)) return;
    const timer = setTimeout(
      () => go(wanted === null ? { page: 'run', runId } : { page: 'run', runId, seq: wanted }, { replace: true }),
      ADDRESS_AFTER_MS,
    );
    return () => clearTimeout(timer);
  }, [runId, wanted, asked]);
  // Who goes to the end stays with what comes.
  const setSeq = useCallback((seq: number | null) => setWanted(seq !== null && seq >= last.current ? null : seq), []);
  return [wanted !== null && lastSeq > 0 && wanted >= lastSeq ? null : wanted, setSeq];
}
