import type { Hold, Me, ReviewClient, RunSummary } from '../../../src/client/index.ts';
import type { StripEntry } from './strip-entry.ts';

/** Who stopped everything, when and why. */
export type Stop = NonNullable<Awaited<ReturnType<ReviewClient['runs']['stop']>>>;

export type Link = { readonly state: 'live' } | { readonly state: 'lost'; readonly sinceMs: number };

/** All that the page knows. Never changed in place. */
export interface DeskState {
  readonly me: Me;
  readonly link: Link;
  /** Null: nothing is stopped, as far as is known. */
  readonly stop: Stop | null;
  /** Whether the queue was read once. */
  readonly loaded: boolean;
  /** Open holds, and those that closed while the page was there. */
  readonly holds: ReadonlyMap<string, Hold>;
  /** Opened while somebody reads: they wait above the list, so that nothing moves under the pointer. */
  readonly arrived: ReadonlySet<string>;
  /** Decided here, and not answered yet. */
  readonly sending: ReadonlySet<string>;
  readonly runs: ReadonlyMap<string, RunSummary>;
  readonly strip: readonly StripEntry[];
}

export function emptyDesk(me: Me): DeskState {
  return {
    me,
    link: { state: 'live' },
    stop: null,
    loaded: false,
    holds: new Map(),
    arrived: new Set(),
    sending: new Set(),
    runs: new Map(),
    strip: [],
  };
}

/** What is told later about a hold has a higher seq; what comes late from a list must not undo it. */
export function withHold(state: DeskState, hold: Hold, { arrives = false } = {}): DeskState {
  const known = state.holds.get(hold.id);
  if (known && known.seq > hold.seq) return state;
  const holds = new Map(state.holds).set(hold.id, hold);
  const arrived = new Set(state.arrived);
  if (arrives && !known && hold.status === 'open') arrived.add(hold.id);
  if (hold.status !== 'open') arrived.delete(hold.id);
  return { ...state, holds, arrived };
}

/** After the whole list of open holds was read again: what was open before and is not in it has closed meanwhile. */
export function withList(state: DeskState, listed: readonly Hold[], seenBefore: ReadonlyMap<string, Hold>): DeskState {
  const holds = new Map(state.holds);
  const open = new Set<string>(listed.map(({ id }) => id));
  for (const hold of listed) {
    const known = holds.get(hold.id);
    if (!known || known.seq <= hold.seq) holds.set(hold.id, hold);
  }
  for (const [id, before] of seenBefore) {
    if (before.status === 'open' && !open.has(id) && holds.get(id) === before) holds.delete(id);
  }
  const arrived = new Set([...state.arrived].filter((id) => holds.get(id)?.status === 'open'));
  return { ...state, holds, arrived, loaded: true };
}

export function withRun(state: DeskState, run: RunSummary): DeskState {
  const known = state.runs.get(run.id);
  if (known && known.lastSeq > run.lastSeq) return state;
  const outputs = run.outputs ?? known?.outputs;
  return { ...state, runs: new Map(state.runs).set(run.id, outputs === undefined ? run : { ...run, outputs }) };
}

/** What the list shows: open, not on its way, not waiting above it. */
export function shownHolds({ holds, arrived, sending }: DeskState): Hold[] {
  return [...holds.values()].filter(({ id, status }) => status === 'open' && !arrived.has(id) && !sending.has(id));
}

export function openCount({ holds, sending }: DeskState): number {
  let count = 0;
  for (const { id, status } of holds.values()) if (status === 'open' && !sending.has(id)) count++;
  return count;
}
