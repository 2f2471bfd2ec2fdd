import { lazy, Suspense, useState } from 'react';
import { useDesk } from '../desk/use-desk.ts';
import { useMayOperate } from '../use-may-operate.ts';

const StopAllDialog = lazy(() => import('./stop-all-dialog.tsx'));

/** For when something is wrong with more than one run: nothing goes on anywhere. Only for who may; lifted from the bar. */
export function StopAll() {
  const may = useMayOperate();
  const stopped = useDesk((state) => state.stop !== null);
  const live = useDesk((state) => state.link.state === 'live');
  const [asking, setAsking] = useState(false);
  if (!may || (stopped && !asking)) return null;
  return (
    <>
      <button type="button" className="btn small-btn" disabled={!live} onClick={() => setAsking(true)}>
        Stop everything…
      </button>
      {asking && (
        <Suspense>
          <StopAllDialog onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </>
  );
}
