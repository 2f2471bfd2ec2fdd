import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
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
export function Journal({ runId, lastSeq, ...lines }: JournalProps) {
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
      <Lines lastSeq={lastSeq} {...lines} />
    </section>
  );
}

/** Only what is on the screen is drawn, so ten thousand events scroll as ten do. */
function Lines({ events, seq, lastSeq, copied, onSeq }: Omit<JournalProps, 'runId'>) {
  const [open, setOpen] = useState<number | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 12,
  });
  useInView(lines, scroller, { seq, lastSeq });
  const pick = useCallback(
    (picked: number) => {
      setOpen((before) => (before === picked ? null : picked));
      onSeq(picked);
    },
    [onSeq],
  );
  return (
    <div className="journal-lines" ref={scroller}>
      <ol aria-labelledby="journal-head" style={styleOf(lines.getTotalSize(), lastSeq)}>
        {lines.getVirtualItems().map(({ index, start }) => {
          const event = events[index];
          return (
            event && (
              <JournalLine
                key={event.seq}
                ref={lines.measureElement}
                event={event}
                place={placeOf(event.seq, seq, copied)}
                open={open === event.seq}
                onPick={pick}
                index={index}
                count={events.length}
                start={start}
              />
            )
          );
        })}
      </ol>
    </div>
  );
}

/** Of one that is not opened, at least; in pixels. */
const LINE_HEIGHT = 28;

/** All numbers of events are as wide as the last. */
function styleOf(height: number, lastSeq: number): CSSProperties {
  return { height, '--digits': String(lastSeq).length } as CSSProperties;
}

function placeOf(of: number, seq: number | null, copied: number): LinePlace {
  if (of === seq) return 'at';
  if (seq !== null && of > seq) return 'later';
  return of <= copied ? 'taken' : 'before';
}

/** Keeps in view what is looked at: the event of the slider, or the newest for who stands at the end. Only the list moves, not the page. */
function useInView(
  lines: Virtualizer<HTMLDivElement, Element>,
  scroller: RefObject<HTMLDivElement | null>,
  { seq, lastSeq }: Pick<JournalProps, 'seq' | 'lastSeq'>,
): void {
  const atEnd = useRef(true);
  const shown = useRef<number | null>(null);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
    };
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, [scroller]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new event is one more to keep in view
  useLayoutEffect(() => {
    if (seq === null) {
      shown.current = null;
      if (atEnd.current && lastSeq > 0) lines.scrollToIndex(lastSeq - 1, { align: 'end' });
      return;
    }
    const line = lines.measurementsCache[seq - 1];
    // Once it is shown, who scrolls on is left alone, whatever comes.
    if (line === undefined || shown.current === seq) return;
    shown.current = seq;
    const from = lines.scrollOffset ?? 0;
    const room = scroller.current?.clientHeight ?? 0;
    // One that is opened may be taller than the list: its head counts.
    const above = from - line.start;
    const below = line.start + LINE_HEIGHT - from - room;
    const away = Math.max(above, below);
    if (away > 0) lines.scrollToIndex(seq - 1, { align: away > room ? 'center' : above > 0 ? 'start' : 'end' });
  }, [seq, lastSeq]);
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
