import { useEffect, useState } from 'react';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { showPerson } from '../text/show-person.ts';
import { showClock } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { useNow } from '../use-now.ts';
import { Icon } from './icons.tsx';

type Stop = { readonly by: string; readonly at: string; readonly reason: string };

/** A run of another server may be the only one that a stop parks, and nobody tells. */
const LOOK_MS = 10_000;

/** Everything is stopped: whoever decides should know that nothing comes of it yet. */
export function StoppedBar() {
  const { client } = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [stop, setStop] = useState<Stop | null>(null);
  const stopped = stop !== null;
  const now = useNow(60_000);
  useEffect(() => {
    if (!live) return;
    let over = false;
    let looking = false;
    // One at a time: a stop or its end is told of by hundreds of runs at once, and is durable before the first.
    const look = async () => {
      if (looking) return;
      looking = true;
      try {
        const standing = await client.runs.stop();
        if (!over) setStop(standing);
      } catch {
        // Not known: what was shown stays, and the next look tells.
      }
      looking = false;
    };
    void look();
    const timer = setInterval(() => void look(), LOOK_MS);
    const unsubscribe = client.on('run:updated', ({ status }) => {
      if (status === 'parked' || stopped) void look();
    });
    return () => {
      over = true;
      clearInterval(timer);
      unsubscribe();
    };
  }, [client, live, stopped]);
  if (stop === null) return null;
  return (
    <section className="stopped" aria-label="Stop">
      <Icon name="alert" />
      <span>
        <b>
          Everything was stopped by {showPerson(stop.by)} at {showClock(stop.at, now)}:
        </b>{' '}
        “<VisibleText text={stop.reason} />
        ”. No run starts or goes on until somebody lifts that with <code>holdpoint runs resume-all</code>. What you
        decide is kept until then.
      </span>
    </section>
  );
}
