import { memo, type Ref } from 'react';
import type { RunEvent } from '../../../src/client/index.ts';
import { Mark } from '../shell/icons.tsx';
import { CopyId } from '../text/copy-id.tsx';
import { prettyJson } from '../text/show-json.ts';
import { showPerson } from '../text/show-person.ts';
import { showExact, showSeconds } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { markOfEvent, tellEvent } from './run-words.ts';

/** Where a line is, seen from the event that is looked at; `taken`: taken over from the run it was forked from. */
export type LinePlace = 'at' | 'later' | 'taken' | 'before';

interface JournalLineProps {
  readonly event: RunEvent;
  readonly place: LinePlace;
  readonly open: boolean;
  readonly onPick: (seq: number) => void;
  /** Its place in the list, of which only some lines are drawn: from the first, of how many, and how far down in pixels. */
  readonly index: number;
  readonly count: number;
  readonly start: number;
  readonly ref: Ref<HTMLLIElement>;
}

/** An event in a line; it opens under it. A long journal draws a line anew only where something of it changed. */
export const JournalLine = memo(function JournalLine(props: JournalLineProps) {
  const { event, place, open, onPick, index, count, start, ref } = props;
  const { seq, at, type, by } = event;
  const mark = markOfEvent(type);
  return (
    <li
      ref={ref}
      data-index={index}
      aria-posinset={index + 1}
      aria-setsize={count}
      style={{ transform: `translateY(${start}px)` }}
      className={place === 'before' ? undefined : `is-${place}`}
      data-now={place === 'at' || undefined}
      aria-current={place === 'at' ? 'step' : undefined}
    >
      <button type="button" className="event" aria-expanded={open} onClick={() => onPick(seq)}>
        <span className="event-seq">#{seq}</span>
        <time dateTime={at} title={showExact(at)}>
          {showSeconds(at)}
        </time>
        <span className={mark === null ? 'event-mark' : `event-mark st-${mark}`}>
          {mark === null ? <i /> : <Mark name={mark} />}
        </span>
        <code>{type}</code>
        <span className="event-by">{showPerson(by)}</span>
        <span className="cut">
          <VisibleText text={tellEvent(event)} />
        </span>
      </button>
      {open && <Whole event={event} />}
    </li>
  );
});

function Whole({ event: { data, hash, prev } }: { event: RunEvent }) {
  return (
    <div className="event-data">
      <pre className="pretty">
        <VisibleText text={data === undefined ? '(erased: the chain still holds without it)' : prettyJson(data)} />
      </pre>
      <p className="small soft">
        hash <CopyId id={hash} shown={hash.slice(0, 8)} what="the hash" /> after{' '}
        <CopyId id={prev} shown={prev.slice(0, 8)} what="the hash before" />
      </p>
    </div>
  );
}
