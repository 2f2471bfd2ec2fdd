import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { Mark } from '../shell/icons.tsx';
import { useNow } from '../use-now.ts';
import { itemsOf } from './queue-items.ts';
import type { Band, QueueBand } from './queue-order.ts';
import { QueueRow } from './queue-row.tsx';

const BAND_HEIGHT = 40;
const ROW_HEIGHT = 58;
const BAND_WORDS: Readonly<Record<Band, string>> = {
  overdue: 'Overdue',
  human: 'Human',
  approval: 'Approval',
  confirm: 'Confirm',
};

export interface QueueListProps {
  readonly bands: readonly QueueBand[];
  readonly openId: string | null;
  readonly selected: ReadonlySet<string>;
  /** Several are being chosen: every box is there. */
  readonly picking: boolean;
  /** How often what had arrived was let into the list. */
  readonly letIn: number;
  readonly onSelect: (hold: Hold) => void;
}

/** The list in bands. Only what is on the screen is drawn, so a thousand holds scroll as ten do. */
export function QueueList({ bands, openId, selected, picking, letIn, onSelect }: QueueListProps) {
  const items = useMemo(() => itemsOf(bands), [bands]);
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow(1_000);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (items[index]?.type === 'band' ? BAND_HEIGHT : ROW_HEIGHT),
    getItemKey: (index) => {
      const item = items[index];
      return item?.type === 'hold' ? item.hold.id : (item?.band ?? index);
    },
    overscan: 8,
  });
  const openIndex = items.findIndex((item) => item.type === 'hold' && item.hold.id === openId);
  const isListed = openIndex >= 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a move scrolls, and letting others in; not that some come and go
  useEffect(() => {
    if (isListed) rows.scrollToIndex(openIndex, { align: 'auto' });
  }, [openId, isListed, letIn]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="queue-list" ref={scroller} tabIndex={0} aria-label="Holds">
      <ul className={picking ? 'is-picking' : undefined} style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map(({ key, index, start, size }) => {
          const item = items[index];
          if (!item) return null;
          return (
            <li
              key={key}
              style={{
                position: 'absolute',
                insetInline: 0,
                top: 0,
                height: size,
                transform: `translateY(${start}px)`,
              }}
            >
              {item.type === 'band' ? (
                <div className={`band t-${item.band}`}>
                  <h2>
                    <Mark name={item.band} />
                    {BAND_WORDS[item.band]}
                  </h2>
                  <span className="count">{item.count}</span>
                </div>
              ) : (
                <QueueRow
                  hold={item.hold}
                  now={now}
                  open={item.hold.id === openId}
                  selected={selected.has(item.hold.id)}
                  picking={picking}
                  onSelect={onSelect}
                />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
