import { useEffect, useRef, useState } from 'react';
import type { RunEvent } from '../../../src/client/index.ts';
import { useDeskStore } from '../desk/use-desk.ts';
import { Icon, Mark } from '../shell/icons.tsx';
import { CopyId } from '../text/copy-id.tsx';
import { prettyJson } from '../text/show-json.ts';
import { showPerson } from '../text/show-person.ts';
import { showExact, showSeconds } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { markOfEvent, tellEvent } from './run-words.ts';

interface JournalProps {
  readonly runId: string;
  readonly events: readonly RunEvent[];
  readonly seq: number | null;
  readonly lastSeq: number;
  readonly onSeq: (seq: number | null) => void;
}

/** The journal, a line an event. A line opens the event itself, and takes graph and outputs to that time. */
export function Journal({ runId, events, seq, lastSeq, onSeq }: JournalProps) {
  const [open, setOpen] = useState<number | null>(null);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const line = list.current?.querySelector<HTMLElement>('[data-now]');
    // Only the list moves, not the page.
    if (seq !== null && line && list.current)
      list.current.scrollTop = line.offsetTop - list.current.offsetTop - list.current.clientHeight / 2;
  }, [seq]);
  const pick = (picked: number) => {
    setOpen(open === picked ? null : picked);
    onSeq(picked === lastSeq ? null : picked);
  };
  return (
    <section className="panel journal" aria-labelledby="journal-head">
      <header>
        <h2 id="journal-head">Journal</h2>
        <Verified runId={runId} lastSeq={lastSeq} />
        <span className="push wide row">
          <kbd>←</kbd>
          <kbd>→</kbd> one event
        </span>
      </header>
      <ol ref={list}>
        {events.map((event) => {
          const past = seq !== null && event.seq > seq;
          const mark = markOfEvent(event.type);
          return (
            <li
              key={event.seq}
              className={past ? 'is-later' : event.seq === seq ? 'is-at' : undefined}
              data-now={event.seq === seq || undefined}
            >
              <button
                type="button"
                className="event"
                aria-expanded={open === event.seq}
                onClick={() => pick(event.seq)}
              >
                <span className="event-seq">#{event.seq}</span>
                <time dateTime={event.at} title={showExact(event.at)}>
                  {showSeconds(event.at)}
                </time>
                <span className={mark === null ? 'event-mark' : `event-mark st-${mark}`}>
                  {mark === null ? <i /> : <Mark name={mark} />}
                </span>
                <code>{event.type}</code>
                <span className="event-by">{showPerson(event.by)}</span>
                <span className="cut">
                  <VisibleText text={tellEvent(event)} />
                </span>
              </button>
              {open === event.seq && (
                <div className="event-data">
                  <pre className="pretty">
                    <VisibleText
                      text={
                        event.data === undefined ? '(erased: the chain still holds without it)' : prettyJson(event.data)
                      }
                    />
                  </pre>
                  <p className="small soft">
                    hash <CopyId id={event.hash} shown={event.hash.slice(0, 8)} what="the hash" /> after{' '}
                    <CopyId id={event.prev} shown={event.prev.slice(0, 8)} what="the hash before" />
                  </p>
                </div>
              )}
            </li>
          );
        })}
      </ol>
    </section>
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
