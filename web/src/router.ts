import { type MouseEvent, useSyncExternalStore } from 'react';

export type Route =
  | { readonly page: 'queue' }
  | { readonly page: 'hold'; readonly holdId: string }
  | { readonly page: 'runs' }
  /** `seq`: as it was after that event. */
  | { readonly page: 'run'; readonly runId: string; readonly seq?: number }
  | { readonly page: 'oversight' }
  /** `query`: what is searched for. */
  | { readonly page: 'audit'; readonly query?: string };

/** @param address path and query */
export function routeOf(address: string): Route {
  const [path = '', query = ''] = address.split('?');
  const [first = '', second] = path.replace(/^\/+|\/+$/g, '').split('/');
  if (first === 'holds' && second) return { page: 'hold', holdId: decodeURIComponent(second) };
  if (first === 'runs' && second) {
    const seq = Number(new URLSearchParams(query).get('seq'));
    const run = { page: 'run', runId: decodeURIComponent(second) } as const;
    return Number.isInteger(seq) && seq > 0 ? { ...run, seq } : run;
  }
  if (first === 'audit') return query === '' ? { page: 'audit' } : { page: 'audit', query };
  if (first === 'runs' || first === 'oversight') return { page: first };
  return { page: 'queue' };
}

export function pathTo(route: Route): string {
  switch (route.page) {
    case 'queue':
      return '/';
    case 'hold':
      return `/holds/${encodeURIComponent(route.holdId)}`;
    case 'run':
      return `/runs/${encodeURIComponent(route.runId)}${route.seq === undefined ? '' : `?seq=${route.seq}`}`;
    case 'audit':
      return route.query ? `/audit?${route.query}` : '/audit';
    default:
      return `/${route.page}`;
  }
}

const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

export function go(route: Route, { replace = false } = {}): void {
  const path = pathTo(route);
  if (path === currentPath()) return;
  if (replace) window.history.replaceState(null, '', path);
  else window.history.pushState(null, '', path);
  tell();
}

let last: { path: string; route: Route } | undefined;

function currentPath(): string {
  return window.location.pathname + window.location.search;
}

function current(): Route {
  const path = currentPath();
  if (last?.path !== path) last = { path, route: routeOf(path) };
  return last.route;
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}

/** What a link to a place of this page needs: it works as any link, and moves without loading. */
export function linkTo(route: Route): { href: string; onClick: (event: MouseEvent) => void } {
  return {
    href: pathTo(route),
    onClick: (event) => {
      if (
        event.defaultPrevented ||
        event.button !== 0 ||
        event.metaKey ||
        event.ctrlKey ||
        event.shiftKey ||
        event.altKey
      )
        return;
      event.preventDefault();
      go(route);
    },
  };
}
