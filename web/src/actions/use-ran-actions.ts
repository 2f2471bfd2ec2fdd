import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ListedAction, RunEvent, RunState } from '../../../src/client/index.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { messageIn } from '../runs/run-words.ts';
import { isObject } from '../text/show-json.ts';
import { type Ran, ranBy } from './ran.ts';

/** Events come in bursts; the list is read once they rest, in milliseconds. */
const READ_AFTER_MS = 250;
/** The newest that are listed at first, and when more are asked for. */
const [FEW, MANY] = [20, 200];

export interface RanActions {
  /** That nobody was asked about. */
  readonly supervised: readonly Ran[];
  /** The others that can be undone, or could be. */
  readonly reversible: readonly Ran[];
  /** There are older ones than those that are listed. */
  readonly more: boolean;
  /** Lists more of them; null: these are as many as are listed. */
  readonly showMore: (() => void) | null;
  /** By action, why its newest undo failed. */
  readonly failedUndos: ReadonlyMap<string, string>;
  /** Why they could not be read. */
  readonly problem: string | null;
  readonly reload: () => void;
}

/**
 * The actions of a run that somebody may want to take back or to judge, read again as its journal grows.
 * @param past the state of an event that was: then what had run by then, as it stood then
 */
export function useRanActions(runId: string, events: readonly RunEvent[], past: RunState | null): RanActions {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [read, setRead] = useState<Pick<RanActions, 'supervised' | 'reversible' | 'more' | 'problem'>>({
    supervised: [],
    reversible: [],
    more: false,
    problem: null,
  });
  const [limit, setLimit] = useState(FEW);
  const some = useMemo(() => events.some(isReversible), [events]);
  const reload = useCallback(async () => {
    try {
      const { actions, more } = await store.client.actions.list({ runId: runId as ListedAction['runId'], limit });
      const { reversible } = ranBy(await store.client.runs.state(runId));
      setRead({
        ...{ supervised: actions, reversible: reversible.slice(0, limit), problem: null },
        more: more || reversible.length > limit,
      });
    } catch (error) {
      setRead((before) => ({ ...before, problem: error instanceof Error ? error.message : String(error) }));
    }
  }, [store, runId, limit]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new event may change what is listed
  useEffect(() => {
    if (!live || !some) return;
    const timer = setTimeout(() => void reload(), READ_AFTER_MS);
    return () => clearTimeout(timer);
  }, [reload, live, some, events.length]);
  const at = past?.seq ?? events.length;
  const failedUndos = useMemo(() => failedUndosIn(events.slice(0, at)), [events, at]);
  const then = useMemo(() => past && newest(ranBy(past), limit), [past, limit]);
  const showMore = limit === FEW ? () => setLimit(MANY) : null;
  return { ...read, ...then, failedUndos, showMore, reload: () => void reload() };
}

function newest({ supervised, reversible }: ReturnType<typeof ranBy>, limit: number) {
  return {
    supervised: supervised.slice(0, limit),
    reversible: reversible.slice(0, limit),
    more: Math.max(supervised.length, reversible.length) > limit,
    problem: null,
  };
}

function isReversible({ type, data }: RunEvent): boolean {
  return type === 'action.succeeded' && isObject(data) && typeof data.undoUntil === 'string';
}

/** Without those that were undone since. */
function failedUndosIn(events: readonly RunEvent[]): ReadonlyMap<string, string> {
  const failed = new Map<string, string>();
  for (const { type, data } of events) {
    if (!isObject(data) || typeof data.actionId !== 'string') continue;
    if (type === 'action.undo-started' || type === 'action.undone') failed.delete(data.actionId);
    if (type === 'action.undo-failed') failed.set(data.actionId, messageIn(data.error) ?? 'see the journal');
  }
  return failed;
}
