import { lazy, Suspense, useState } from 'react';
import { useDesk } from '../desk/use-desk.ts';
import { useTitle } from '../use-title.ts';
import { BoundsPanel } from './bounds-panel.tsx';
import { InCommonPanel, ReasonsPanel } from './reasons-panel.tsx';
import { TypeTable } from './type-table.tsx';
import { type ActionType, useActionTypes } from './use-action-types.ts';

const SignLevel = lazy(() => import('./sign-level.tsx'));

interface Signing {
  readonly type: ActionType;
  readonly to: 'raise' | 'demote';
}

/** How much each action type is watched, and what its record says. A table first. */
export default function OversightPage() {
  const { types, problem, reload } = useActionTypes();
  const roles = useDesk((state) => state.me.roles);
  const [signing, setSigning] = useState<Signing | null>(null);
  useTitle('Oversight');
  const may = roles.some((role) => role === 'reviewer' || role === 'admin');
  const shown = [...(types ?? [])].sort(
    (a, b) =>
      Number(b.graduation?.promotable ?? false) - Number(a.graduation?.promotable ?? false) ||
      b.decisions.total - a.decisions.total,
  );
  return (
    <main className="page greys">
      <div className="wrap">
        <div className="pagehead">
          <h1>Oversight</h1>
          <p>How much each action type is watched, and what the record says. A level changes only by a signature.</p>
        </div>
        {problem !== null && (
          <p className="err" role="alert">
            {problem}
          </p>
        )}
        <section className="panel scroll-x" aria-label="Action types">
          {shown.length === 0 ? (
            <p className="panel-empty quiet" role="status">
              {types === null
                ? problem === null
                  ? 'Reading the record…'
                  : 'The record cannot be shown.'
                : 'Nothing was decided yet. The record begins with the first decision.'}
            </p>
          ) : (
            <TypeTable types={shown} may={may} onSign={(type, to) => setSigning({ type, to })} />
          )}
        </section>
        <div className="oversight-low">
          <BoundsPanel types={shown} />
          <ReasonsPanel types={shown} />
        </div>
        <InCommonPanel types={shown} />
        {signing && (
          <Suspense>
            <SignLevel
              type={signing.type}
              to={signing.to}
              onClose={(changed) => {
                setSigning(null);
                if (changed) reload();
              }}
            />
          </Suspense>
        )}
      </div>
    </main>
  );
}
