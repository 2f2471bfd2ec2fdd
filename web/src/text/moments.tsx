import { useNow } from '../use-now.ts';
import { showClock, showDuration, showExact } from './show-time.ts';

/** "6 min ago", with the exact time on hover. */
export function Ago({ at }: { at: string }) {
  const now = useNow(10_000);
  const age = now + 10_000 - Date.parse(at);
  return (
    <time dateTime={at} title={showExact(at)}>
      {age < 60_000 ? 'just now' : `${showDuration(age)} ago`}
    </time>
  );
}

/** The time of day, with the exact one on hover. */
export function At({ at }: { at: string }) {
  return (
    <time dateTime={at} title={showExact(at)}>
      {showClock(at, useNow(60_000))}
    </time>
  );
}
