import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { undoEntry } from '../desk/decide.ts';
import { shownHolds } from '../desk/desk-state.ts';
import { Strip } from '../desk/strip.tsx';
import { newestUndoable } from '../desk/strip-entry.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { HoldPage } from '../hold/hold-page.tsx';
import { go, type Route } from '../router.ts';
import { useKeys } from '../use-keys.ts';
import { useNow } from '../use-now.ts';
import { useTitle } from '../use-title.ts';
import { isBatchable, pick } from './batch.ts';
import { BatchBar, PickMore } from './batch-bar.tsx';
import { EmptyQueue } from './empty-queue.tsx';
import { QueueHead } from './queue-head.tsx';
import { neighbour, successor } from './queue-items.ts';
import { QueueList } from './queue-list.tsx';
import { matchesFilter, orderQueue } from './queue-order.ts';

const PHONE = '(max-width: 720px)';

/** The list, and the hold that is open beside it. On a phone they are two screens. */
export function QueuePage({ route }: { route: Extract<Route, { page: 'queue' | 'hold' }> }) {
  const store = useDeskStore();
  const loaded = useDesk((state) => state.loaded);
  const arrived = useDesk((state) => state.arrived.size);
  const holds = useDesk((state) => state.holds);
  const sending = useDesk((state) => state.sending);
  const waiting = useDesk((state) => state.arrived);
  const [filter, setFilter] = useState('');
  const [selected, setSelected] = useState<readonly Hold[]>([]);
  const [picking, setPicking] = useState(false);
  const words = useDeferredValue(filter);
  const minute = useNow(60_000);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is overdue changes with the minute
  const bands = useMemo(
    () =>
      orderQueue(
        shownHolds({ ...store.state, holds, sending, arrived: waiting }).filter((hold) => matchesFilter(hold, words)),
        Date.now(),
      ),
    [store, holds, sending, waiting, words, minute],
  );
  const list = useMemo(() => bands.flatMap((band) => band.holds), [bands]);
  const openId = route.page === 'hold' ? route.holdId : null;
  const input = useRef<HTMLInputElement>(null);
  const [letIn, setLetIn] = useState(0);
  const showArrived = () => {
    store.showArrived();
    setLetIn(letIn + 1);
  };

  useEffect(() => {
    store.setReading(openId !== null);
    if (openId === null) store.showArrived();
    return () => store.setReading(false);
  }, [store, openId]);
  // On a wide screen the first one opens by itself; on a phone the list is a screen of its own.
  const first = list[0]?.id;
  useEffect(() => {
    if (openId === null && first !== undefined && !window.matchMedia(PHONE).matches)
      go({ page: 'hold', holdId: first }, { replace: true });
  }, [openId, first]);

  const order = useRef(list);
  order.current = list;
  const onDecided = useCallback(
    (hold: Hold) => {
      const next = successor(order.current, hold.id);
      setSelected((now) => now.filter(({ id }) => id !== hold.id));
      store.showArrived();
      go(next && next.id !== hold.id ? { page: 'hold', holdId: next.id } : { page: 'queue' });
    },
    [store],
  );
  const onSelect = useCallback((hold: Hold) => setSelected((now) => pick(now, hold)), []);
  const move = (step: 1 | -1) => {
    const next = neighbour(order.current, openId, step);
    if (next) go({ page: 'hold', holdId: next.id });
  };
  const undo = () => {
    const entry = newestUndoable(store.state.strip, Date.now());
    if (entry) void undoEntry(store, entry.key);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: document.activeElement?.closest('.queue') ? () => move(1) : undefined,
    '/': () => input.current?.focus(),
    x: () => {
      const hold = list.find(({ id }) => id === openId);
      if (hold) onSelect(hold);
    },
    u: undo,
    n: arrived > 0 ? showArrived : undefined,
  });
  const clear = () => {
    setSelected([]);
    setPicking(false);
  };
  const count = list.length;
  const chosen = useMemo(() => new Set(selected.map(({ id }) => id)), [selected]);
  const still = selected.filter(({ id }) => holds.get(id)?.status === 'open');
  // A phone shows one of the two; where nothing waits, what says so.
  const atList = openId === null && (count > 0 || !loaded || filter !== '');
  return (
    <div className={atList ? 'desk at-list' : 'desk at-item'}>
      <section className="queue" aria-label={`Queue, ${count} waiting`}>
        <QueueHead
          filter={filter}
          input={input}
          picking={picking}
          canPick={picking || list.some(isBatchable)}
          onFilter={setFilter}
          onFirst={() => list[0] && go({ page: 'hold', holdId: list[0].id })}
          onPicking={(next) => {
            setPicking(next);
            setSelected([]);
          }}
        />
        {arrived > 0 && (
          <button type="button" className="arrived" onClick={showArrived}>
            {arrived} new <kbd>n</kbd>
          </button>
        )}
        <div className="queue-body greys">
          {count === 0 ? (
            <p className="queue-none quiet" role="status">
              {!loaded ? 'Reading the queue…' : filter === '' ? 'Empty.' : `Nothing in the queue says “${filter}”.`}
            </p>
          ) : (
            <QueueList
              bands={bands}
              openId={openId}
              selected={chosen}
              picking={picking}
              letIn={letIn}
              onSelect={onSelect}
            />
          )}
        </div>
        {still.length > 1 ? (
          <BatchBar holds={still} onClear={clear} onDone={clear} />
        ) : (
          picking && <PickMore chosen={still[0]} />
        )}
        <div className="queue-foot">
          <span className="hint">
            <kbd>j</kbd>
            <kbd>k</kbd> move <kbd className="apart">?</kbd> all keys
          </span>
          <span className="push" role="status">
            {count} {filter === '' ? 'waiting' : 'found'}
          </span>
        </div>
      </section>
      <main className="item" id="item" tabIndex={-1} aria-labelledby="act">
        {openId === null ? (
          loaded ? (
            <NothingOpen empty={count === 0} />
          ) : (
            <p className="scroll quiet">Reading the queue…</p>
          )
        ) : (
          <HoldPage holdId={openId} onDecided={onDecided} />
        )}
        <Strip />
      </main>
    </div>
  );
}

function NothingOpen({ empty }: { empty: boolean }) {
  useTitle(null);
  return empty ? <EmptyQueue /> : <h1 className="quiet none-open">Choose a hold from the queue.</h1>;
}
