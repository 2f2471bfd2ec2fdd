import { useEffect } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { plainText } from '../hidden-characters.ts';
import { linkTo } from '../router.ts';
import { useTitle } from '../use-title.ts';
import { shortAct } from './act-sentence.ts';
import { HoldHead } from './hold-head.tsx';
import { HoldItem } from './hold-item.tsx';
import { useHoldDetail } from './use-hold-detail.ts';

interface HoldPageProps {
  readonly holdId: string;
  /** Moves on to what comes next in the queue. */
  readonly onDecided: (hold: Hold) => void;
}

export function HoldPage({ holdId, onDecided }: HoldPageProps) {
  const read = useHoldDetail(holdId);
  const hold = read.state === 'ready' ? read.detail.hold : read.state === 'loading' ? read.row : undefined;
  useTitle(hold ? plainText(shortAct(hold)) : null);
  useFocusOn(holdId, hold !== undefined);
  if (read.state === 'failed') {
    return (
      <div className="scroll centred">
        <h1 className="act">This hold cannot be shown.</h1>
        <p className="soft">{read.problem}</p>
        <p>
          <a {...linkTo({ page: 'queue' })}>To the queue</a>
        </p>
      </div>
    );
  }
  if (read.state === 'loading') {
    return (
      <div className="scroll" aria-busy="true">
        {read.row ? <HoldHead hold={read.row} /> : <p className="quiet">Reading the hold…</p>}
      </div>
    );
  }
  const { detail } = read;
  return <HoldItem key={`${detail.hold.id} ${detail.hold.digest}`} detail={detail} onDecided={onDecided} />;
}

/** The next item takes the focus, so that a screen reader says what it is, and keys work on. Not from what is being typed. */
function useFocusOn(holdId: string, shown: boolean): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is each next hold that takes the focus
  useEffect(() => {
    if (!shown) return;
    const at = document.activeElement;
    if (at instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return;
    if (at?.closest('.queue')) return;
    document.getElementById('item')?.focus({ preventScroll: true });
  }, [holdId, shown]);
}
