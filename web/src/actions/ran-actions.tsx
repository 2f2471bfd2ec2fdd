import { lazy, type ReactNode, Suspense, useId, useState } from 'react';
import type { RunEvent, RunState } from '../../../src/client/index.ts';
import { Mark } from '../shell/icons.tsx';
import type { Deed, Ran } from './ran.ts';
import { RanAction } from './ran-action.tsx';
import { useRanActions } from './use-ran-actions.ts';

const ActOnAction = lazy(() => import('./act-on-action.tsx'));

interface RanActionsProps {
  readonly runId: string;
  /** Its journal: what comes there may change what is listed. */
  readonly events: readonly RunEvent[];
  /** The state of an event that was: what is listed is what had run by then. Null: now. */
  readonly past: RunState | null;
}

/** What ran and can be taken back while its window lasts. What ran without asking can be judged as well. */
export function RanActions({ runId, events, past }: RanActionsProps) {
  const { supervised, reversible, more, showMore, failedUndos, problem, reload } = useRanActions(runId, events, past);
  const [asking, setAsking] = useState<{ readonly action: Ran; readonly deed: Deed } | null>(null);
  const then = past === null ? null : `as of #${past.seq}, replayed`;
  const line = (action: Ran, isSupervised: boolean) => (
    <li key={action.actionId}>
      <RanAction
        action={action}
        supervised={isSupervised}
        failedUndo={failedUndos.get(action.actionId)}
        onAsk={past === null ? (deed) => setAsking({ action, deed }) : null}
      />
    </li>
  );
  return (
    <>
      {(supervised.length > 0 || problem !== null) && (
        <Panel
          title="Ran by itself"
          aside={
            <>
              <span className="push">{then}</span>
              <span className="tier t-supervised">
                <Mark name="supervised" />
                supervised
              </span>
            </>
          }
        >
          {problem !== null && <p className="panel-empty err">{problem}</p>}
          <ul>{supervised.map((action) => line(action, true))}</ul>
        </Panel>
      )}
      {reversible.length > 0 && (
        <Panel
          title={past === null ? 'Can be undone' : 'Could be undone'}
          aside={<span className="push">{then ?? 'while its window lasts'}</span>}
        >
          <ul>{reversible.map((action) => line(action, false))}</ul>
        </Panel>
      )}
      {more && (
        <p className="small soft ran-more">
          These are the newest; older ones are in the journal.{' '}
          {showMore && (
            <button type="button" className="link" onClick={showMore}>
              Show more
            </button>
          )}
        </p>
      )}
      {asking && (
        <Suspense>
          <ActOnAction
            {...asking}
            onClose={(done) => {
              setAsking(null);
              if (done) reload();
            }}
          />
        </Suspense>
      )}
    </>
  );
}

function Panel({ title, aside, children }: { title: string; aside: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className="panel ran" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
