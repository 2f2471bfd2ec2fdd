import { type CSSProperties, memo } from 'react';
import type { RunEvent } from '../../../src/client/index.ts';
import { showExact, showSeconds } from '../text/show-time.ts';
import { PLACES, shareOf, ticksOf } from './ticks.ts';

interface TimeSliderProps {
  readonly events: readonly RunEvent[];
  /** Null: now. */
  readonly seq: number | null;
  /** The event whose state is shown: behind `seq` while the server replays it. */
  readonly shownSeq: number | null;
  readonly lastSeq: number;
  /** Why the state after `seq` cannot be shown. */
  readonly problem: string | null;
  readonly onSeq: (seq: number | null) => void;
}

/** Takes graph, journal and outputs to any event that was; what mattered is marked along it. */
export function TimeSlider({ events, seq, shownSeq, lastSeq, problem, onSeq }: TimeSliderProps) {
  const at = seq ?? lastSeq;
  const event = events[at - 1];
  const style = { '--share': shareOf(at, lastSeq) } as CSSProperties;
  return (
    <div className={seq === null ? 'time' : 'time is-past'}>
      <label htmlFor="seq" aria-live="polite">
        {wordsOf(seq, shownSeq, lastSeq)}
      </label>
      <span className="time-track" style={style}>
        <Ticks events={events} lastSeq={lastSeq} />
        <input
          id="seq"
          type="range"
          min={1}
          max={Math.max(1, lastSeq)}
          value={Math.max(1, at)}
          aria-valuetext={event ? `#${at} of ${lastSeq}, ${event.type}` : `#${at} of ${lastSeq}`}
          onChange={({ target }) => onSeq(Number(target.value))}
        />
      </span>
      {event && (
        <time className="time-at num" dateTime={event.at} title={showExact(event.at)}>
          {showSeconds(event.at)}
        </time>
      )}
      {seq !== null && (
        <button type="button" className="btn small-btn" onClick={() => onSeq(null)}>
          Back to now, #{lastSeq}
        </button>
      )}
      {problem !== null && (
        <p className="err" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function wordsOf(seq: number | null, shownSeq: number | null, lastSeq: number): string {
  if (seq === null) return `now, #${lastSeq}`;
  return shownSeq === seq ? `as of #${seq}, replayed` : `as of #${seq}, replaying`;
}

/** Where a task ended, a person was asked, or something was refused. */
const Ticks = memo(function Ticks({ events, lastSeq }: { events: readonly RunEvent[]; lastSeq: number }) {
  return ticksOf(events, lastSeq).map(({ place, mark }) => (
    <i
      key={place}
      className={`tick st-${mark}`}
      style={{ left: `calc(var(--thumb) / 2 + (100% - var(--thumb)) * ${(place / PLACES).toFixed(4)})` }}
    />
  ));
});
