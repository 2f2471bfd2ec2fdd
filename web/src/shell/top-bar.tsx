import { lazy, Suspense } from 'react';
import { openCount } from '../desk/desk-state.ts';
import { useDesk } from '../desk/use-desk.ts';
import { linkTo, type Route } from '../router.ts';
import { Icon } from './icons.tsx';
import { PLACES } from './places.ts';
import { UserName } from './user-name.tsx';

const UserMenu = lazy(() => import('./user-menu.tsx'));

const PAGE_OF: Readonly<Record<Route['page'], (typeof PLACES)[number]['page']>> = {
  queue: 'queue',
  hold: 'queue',
  runs: 'runs',
  run: 'runs',
  oversight: 'oversight',
  audit: 'audit',
};

interface TopBarProps {
  readonly route: Route;
  readonly onKeys: () => void;
  readonly onSignOut: () => void;
}

export function TopBar({ route, onKeys, onSignOut }: TopBarProps) {
  const count = useDesk(openCount);
  const live = useDesk((state) => state.link.state === 'live');
  const at = PAGE_OF[route.page];
  return (
    <header className={`top on-${route.page}`}>
      <a className="brand" {...linkTo({ page: 'queue' })}>
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
          <path d="M6.4 1.5h7.2L18.5 6.4v7.2l-4.9 4.9H6.4L1.5 13.6V6.4z" fill="currentColor" />
          <path d="M7.3 6v8M12.7 6v8" stroke="var(--canvas)" strokeWidth="2.2" />
        </svg>
        <span>Holdpoint</span>
        <span className="vh">, to the queue</span>
      </a>
      {route.page === 'run' ? (
        <a className="back" {...linkTo({ page: 'runs' })}>
          <Icon name="back" />
          Runs
        </a>
      ) : (
        <a className="back" {...linkTo({ page: 'queue' })}>
          <Icon name="back" />
          Queue <span className="count">{count}</span>
        </a>
      )}
      <nav aria-label="Main">
        <ul>
          {PLACES.map(({ page, name }) => (
            <li key={page}>
              <a {...linkTo({ page })} aria-current={page === at ? 'page' : undefined}>
                {name} {page === 'queue' && <span className="count">{count}</span>}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <p className={live ? 'live push' : 'live push is-lost'} role="status">
        {live ? 'live' : 'not connected'}
      </p>
      <Suspense
        fallback={
          <span className="who">
            <UserName />
          </span>
        }
      >
        <UserMenu onKeys={onKeys} onSignOut={onSignOut} />
      </Suspense>
    </header>
  );
}
