const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in its two largest units: "41 s", "9 m", "3 h 12 m", "1 d 2 h". */
export function showDuration(ms: number): string {
  const length = Math.max(0, ms);
  if (length < MINUTE) return `${Math.floor(length / 1000)} s`;
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`;
  const [unit, small, large, letter] = length < DAY ? [HOUR, MINUTE, 'h', 'm'] : [DAY, HOUR, 'd', 'h'];
  const rest = Math.floor((length % unit) / small);
  const padded = letter === 'm' ? String(rest).padStart(2, '0') : rest;
  return rest === 0
    ? `${Math.floor(length / unit)} ${large}`
    : `${Math.floor(length / unit)} ${large} ${padded} ${letter}`;
}

/** "9:41": minutes and seconds that are left. */
export function showCountdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** The time of day in the reader's zone, with the day where it is not today's. */
export function showClock(iso: string, now: number): string {
  const at = new Date(iso);
  const time = at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });
  if (at.toDateString() === new Date(now).toDateString()) return time;
  return `${at.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`;
}

export function showSeconds(iso: string): string {
  return new Date(iso).toLocaleTimeString(undefined, { hour12: false });
}

/** For the title of a relative time: the whole of it, with the zone. */
export function showExact(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' });
}
