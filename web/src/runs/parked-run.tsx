import { lazy, Suspense, useState } from 'react';
import type { RunSummary } from '../../../src/client/index.ts';
import { useDesk } from '../desk/use-desk.ts';
import { Icon } from '../shell/icons.tsx';
import { VisibleText } from '../text/visible-text.tsx';
import { useMayOperate } from '../use-may-operate.ts';
import { type CrewChange, useCrewChange } from './use-crew-change.ts';

const AcceptChangeDialog = lazy(() => import('./accept-change-dialog.tsx'));

/** Why a run is parked, what of its crew is not as it was, and, for who may, how it goes on. */
export function ParkedRun({ run }: { run: RunSummary }) {
  const { change, problem, reload } = useCrewChange(run);
  const stopped = useDesk((state) => state.stop !== null);
  const live = useDesk((state) => state.link.state === 'live');
  const may = useMayOperate();
  const [asking, setAsking] = useState(false);
  return (
    <section className="panel parked" aria-labelledby="parked-head">
      <header>
        <h2 id="parked-head">Parked</h2>
        <span>{change === null ? '' : countDifferences(change)}</span>
      </header>
      <div className="parked-body">
        {run.error && (
          <p className="parked-why">
            <Icon name="alert" />
            <span>
              <code>{run.error.code}</code>{' '}
              {run.error.code === 'CREW_CHANGED' && change !== null ? (
                'Its crew is not the one that it was going on with. A person must accept that first.'
              ) : (
                <VisibleText text={run.error.message} />
              )}
            </span>
          </p>
        )}
        {problem !== null && <p className="err">{problem}</p>}
        {change !== null && <Differences change={change} />}
        {stopped ? (
          <p className="soft">Everything is stopped: no run goes on before that is lifted.</p>
        ) : may ? (
          <button type="button" className="btn" disabled={change === null || !live} onClick={() => setAsking(true)}>
            {change !== null && change.changes.length === 0 ? 'Let it go on…' : 'Accept the change…'}
          </button>
        ) : (
          <p className="soft">An operator can let it go on.</p>
        )}
      </div>
      {asking && change !== null && (
        <Suspense>
          <AcceptChangeDialog
            key={change.fingerprint}
            run={run}
            change={change}
            onAgain={reload}
            onClose={() => setAsking(false)}
          />
        </Suspense>
      )}
    </section>
  );
}

export function countDifferences({ changes: { length } }: CrewChange): string {
  if (length === 0) return 'its crew is as it was';
  return length === 1 ? '1 difference in its crew' : `${length} differences in its crew`;
}

/** Each in the words of the server: where, what it was, what it is. */
export function Differences({ change: { changes } }: { change: CrewChange }) {
  if (changes.length === 0)
    return <p className="soft">The crew of this server is the one that the run was going on with.</p>;
  return (
    <ul className="differences">
      {changes.map((line) => (
        <li key={line}>
          <code>
            <VisibleText text={line} />
          </code>
        </li>
      ))}
    </ul>
  );
}
