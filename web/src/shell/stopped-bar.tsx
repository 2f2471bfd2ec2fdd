import { lazy, Suspense, useEffect, useState } from 'react';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { showPerson } from '../text/show-person.ts';
import { showClock } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { useMayOperate } from '../use-may-operate.ts';
import { useNow } from '../use-now.ts';
import { Icon } from './icons.tsx';

const ResumeAllDialog = lazy(() => import('./resume-all-dialog.tsx'));

/** A run of another server may be the only one that a stop parks, and nobody tells. */
const LOOK_MS = 10_000;

/** Everything is stopped: whoever decides should know that nothing comes of it yet, and who may lifts it here. */
export function StoppedBar() {
  useLookForStop();
  const stop = useDesk((state) => state.stop);
  const live = useDesk((state) => state.link.state === 'live');
  const may = useMayOperate();
  const [asking, setAsking] = useState(false);
  const now = useNow(60_000);
  if (stop === null) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="stopped" aria-label="Stop" tabIndex={0}>
      <Icon name="alert" />
      <span>
        <b>
          Everything was stopped by {showPerson(stop.by)} at {showClock(stop.at, now)}:
        </b>{' '}
        “<VisibleText text={stop.reason} />
        {/[.!?]$/.test(stop.reason) ? '”' : '”.'} No run starts or goes on until{' '}
        {may ? 'that is lifted' : 'an operator lifts that'}. What you decide is kept until then.
      </span>
      {may && (
        <button type="button" className="btn small-btn push" disabled={!live} onClick={() => setAsking(true)}>
          Resume…<span className="vh"> everything</span>
        </button>
      )}
      {asking && (
        <Suspense>
          <ResumeAllDialog stop={stop} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </section>
  );
}

/** Keeps what is known of a stop up to date. */
function useLookForStop(): void {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const stopped = useDesk((state) => state.stop !== null);
  useEffect(() => {
    if (!live) return;
    let over = false;
    let looking = false;
    // One at a time: a stop or its end is told of by hundreds of runs at once, and is durable before the first.
    const look = async () => {
      if (looking) return;
      looking = true;
      try {
        const standing = await store.client.runs.stop();
        if (!over) store.putStop(standing);
      } catch {
        // Not known: what was shown stays, and the next look tells.
      }
      looking = false;
    };
    void look();
    const timer = setInterval(() => void look(), LOOK_MS);
    const unsubscribe = store.client.on('run:updated', ({ status }) => {
      if (status === 'parked' || stopped) void look();
    });
    return () => {
      over = true;
      clearInterval(timer);
      unsubscribe();
    };
  }, [store, live, stopped]);
}
