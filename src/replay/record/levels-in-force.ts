import type { RunEvent } from '../../crew/events.ts';
import type { Level } from '../../hooks/graduation/level.ts';

/** What the journal `system` says of one action type. */
export interface Standing {
  /** Signed for, and not taken back; null: its tool's own tier. */
  readonly level: Level | null;
  /** When that last changed. */
  readonly since: string;
  readonly by: string;
  readonly reason: string;
}

/** By key, after all events of the journal `system`. */
export function standingsOf(events: readonly RunEvent[]): ReadonlyMap<string, Standing> {
  const standings = new Map<string, Standing>();
  for (const { type, data, at, by } of events) {
    if (type !== 'oversight.signed' && type !== 'oversight.demoted') continue;
    standings.set(data.key, { level: data.level, since: at, by, reason: data.reason });
  }
  return standings;
}
