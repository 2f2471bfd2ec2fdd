import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { RunEvent } from '../../../src/client/index.ts';
import { useDeskStore } from '../desk/use-desk.ts';
import { plainText } from '../hidden-characters.ts';
import { saveFile } from '../save-file.ts';
import { fetchJournal } from '../session.ts';
import { Icon } from '../shell/icons.tsx';
import { useSending } from '../use-sending.ts';
import { JournalLine, type LinePlace } from './journal-line.tsx';

interface JournalProps {
  readonly runId: string;
  readonly events: readonly RunEvent[];
  readonly seq: number | null;
  readonly lastSeq: number;
  /** How many of its first events were taken over from another run. */
  readonly copied: number;
  readonly onSeq: (seq: number | null) => void;
}

/** The journal, a line an event. A line opens the event itself, and takes graph and outputs to that time. */
export function Journal({ runId, events, seq, lastSeq, copied, onSeq }: JournalProps) {
  const [open, setOpen] = useState<number | null>(null);
  const list = useListInView(seq, lastSeq);
  const pick = useCallback(
    (picked: number) => {
      setOpen((before) => (before === picked ? null : picked));
      onSeq(picked);
    },
    [onSeq],
  );
  return (
    <section className="panel journal" aria-labelledby="journal-head">
      <header>
        <h2 id="journal-head">Journal</h2>
        <Verified runId={runId} lastSeq={lastSeq} />
        <ExportJournal runId={runId} />
        <span className="push wide row">
          <kbd>←</kbd>
          <kbd>→</kbd> one event
        </span>
      </header>
      <ol ref={list} aria-labelledby="journal-head">
        {events.map((event) => (
          <JournalLine
            key={event.seq}
            event={event}
            place={placeOf(event.seq, seq, copied)}
            open={open === event.seq}
            onPick={pick}
          />
        ))}
      </ol>
    </section>
  );
}

function placeOf(of: number, seq: number | null, copied: number): LinePlace {
  if (of === seq) return 'at';
  if (seq !== null && of > seq) return 'later';
  return of <= copied ? 'taken' : 'before';
}

/** Keeps in view what is looked at: the event of the slider, or the newest for who stands at the end. Only the list moves, not the page. */
function useListInView(seq: number | null, lastSeq: number) {
  const list = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const look = () => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
    };
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new event is one more to keep in view
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    if (seq === null) {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
      return;
    }
    const line = element.querySelector<HTMLElement>('[data-now]');
    if (!line) return;
    const [top, bottom] = [line.offsetTop, line.offsetTop + line.offsetHeight];
    const isSeen = top >= element.scrollTop && bottom <= element.scrollTop + element.clientHeight;
    if (!isSeen) element.scrollTop = top - element.clientHeight / 2;
  }, [seq, lastSeq]);
  return list;
}

/** The journal as a file that `holdpoint verify` takes without this server. */
function ExportJournal({ runId }: { runId: string }) {
  const { sending, problem, send } = useSending();
  const save = () =>
    void send(async () => saveFile(`${plainText(runId)}.ndjson`, await fetchJournal(runId), 'application/x-ndjson'));
  return (
    <>
      <button type="button" className="link" disabled={sending} onClick={save}>
        Export
        <span className="vh"> the journal as NDJSON</span>
      </button>
      {problem !== null && (
        <span className="err" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}

/** The server checks the whole chain; again when there is more of it. */
export function Verified({ runId, lastSeq }: { runId: string; lastSeq: number }) {
  const store = useDeskStore();
  const [result, setResult] = useState<{ ok: boolean; count: number; problem?: string | undefined } | null>(null);
  useEffect(() => {
    if (lastSeq === 0) return;
    const timer = setTimeout(() => void store.client.runs.verify(runId).then(setResult, () => setResult(null)), 500);
    return () => clearTimeout(timer);
  }, [store, runId, lastSeq]);
  if (result === null) return null;
  return result.ok ? (
    <span className="tag ok">
      <Icon name="check" small />
      {result.count} events, chain verified
    </span>
  ) : (
    <span className="tag bad">chain broken: {result.problem ?? 'see holdpoint verify'}</span>
  );
}
