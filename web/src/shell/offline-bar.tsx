import { useDesk } from '../desk/use-desk.ts';
import { showClock } from '../text/show-time.ts';
import { useNow } from '../use-now.ts';
import { Icon } from './icons.tsx';

/** A bar and not a dialog: what is open stays readable, and what is half written stays. */
export function OfflineBar({ onRetry }: { onRetry: () => void }) {
  const link = useDesk((state) => state.link);
  const now = useNow(60_000);
  if (link.state === 'live') return null;
  return (
    <section className="offline" role="alert" aria-label="Connection">
      <Icon name="offline" />
      <span>
        <b>Not connected since {showClock(new Date(link.sinceMs).toISOString(), now)}.</b> What you see may be old.
        Decisions wait until the server answers; what you have typed is kept. The page keeps trying by itself.
      </span>
      <button type="button" className="btn small-btn push" onClick={onRetry}>
        Try now
      </button>
    </section>
  );
}
