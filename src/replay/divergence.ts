import type { RunEvent } from '../crew/events.ts';
import { HoldpointError } from '../errors.ts';

export interface Divergence {
  /** What the code as it is now would do here. */
  readonly expected: unknown;
  /** What the journal has. */
  readonly found: unknown;
  /** Where the two differ, if both are the same kind of event. */
  readonly differences?: unknown;
}

export function diverged(event: RunEvent, divergence: Divergence): HoldpointError {
  const { expected, found } = divergence;
  const message = `The replay diverges at event ${event.seq}: the journal has ${text(found)}; the code now gives ${text(expected)}.`;
  return new HoldpointError('REPLAY_DIVERGED', message, {
    details: { seq: event.seq, type: event.type, ...divergence },
  });
}

const SHORT = 300;

function text(value: unknown): string {
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  return written.length <= SHORT ? written : `${written.slice(0, SHORT)}…`;
}
