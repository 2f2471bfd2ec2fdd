import { useEffect, useState } from 'react';
import type { Hold, RunEvent } from '../../../src/client/index.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { isObject } from '../text/show-json.ts';

/** A decision as the journal has it, and what came of the action that it was about. */
export interface Recorded {
  readonly hold: Hold;
  /** Null where the page of the journal that was read does not have it. */
  readonly decided: RunEvent | null;
  /** The digest of what the decision let through. */
  readonly effectiveDigest: string | null;
  readonly overrodeClaimOf: string | null;
  readonly started: RunEvent | null;
  readonly ended: RunEvent | null;
}

export type Reading =
  | { readonly state: 'reading' }
  | { readonly state: 'failed'; readonly problem: string }
  | { readonly state: 'ready'; readonly recorded: Recorded };

/** Events that are looked through for what came of a decision. */
const AFTER = 200;

export function useRecorded(holdId: string): Reading {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [reading, setReading] = useState<Reading>({ state: 'reading' });
  useEffect(() => {
    if (!live) return;
    let wanted = true;
    const read = async (): Promise<Recorded> => {
      const { hold } = await store.client.holds.get(holdId);
      if (hold.runId === null) return recordedIn(hold, []);
      const { events } = await store.client.runs.events(hold.runId, { after: hold.seq - 1, limit: AFTER });
      return recordedIn(hold, events);
    };
    read().then(
      (recorded) => wanted && setReading({ state: 'ready', recorded }),
      (error: unknown) =>
        wanted && setReading({ state: 'failed', problem: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      wanted = false;
    };
  }, [store, live, holdId]);
  return reading;
}

function recordedIn(hold: Hold, events: readonly RunEvent[]): Recorded {
  const decided = events.find(({ type, data }) => type === 'hold.decided' && says(data, 'holdId', hold.id)) ?? null;
  const ofAction = (...types: string[]) =>
    events.find(
      ({ type, data }) => hold.action !== null && types.includes(type) && says(data, 'actionId', hold.action.id),
    ) ?? null;
  return {
    hold,
    decided,
    effectiveDigest: textIn(decided, 'effectiveDigest'),
    overrodeClaimOf: textIn(decided, 'overrodeClaimOf'),
    started: ofAction('action.started'),
    ended: ofAction('action.succeeded', 'action.failed'),
  };
}

function says(data: unknown, key: string, value: string): boolean {
  return isObject(data) && data[key] === value;
}

export function textIn(event: RunEvent | null, key: string): string | null {
  const value = isObject(event?.data) ? event.data[key] : undefined;
  return typeof value === 'string' ? value : null;
}
