import { type MouseEvent, useSyncExternalStore } from 'react';

export type Route =
  | { readonly page: 'queue' }
  | { readonly page: 'hold'; readonly holdId: string }
  | { readonly page: 'runs' }
  | { readonly page: 'run'; readonly runId: string }
  | { readonly page: 'oversight' }
  | { readonly page: 'audit' };

export function routeOf(path: string): Route {
  const [first = '', second] = path.replace(/^\/+|\/+$/g, '').split('/');
  if (first === 'holds' && second) return { page: 'hold', holdId: decodeURIComponent(second) };
  if (first === 'runs' && second) return { page: 'run', runId: decodeURIComponent(second) };
  if (first === 'runs' || first === 'oversight' || first === 'audit') return { page: first };
  return { page: 'queue' };
}

export function pathTo(route: Route): string {
  switch (route.page) {
    case 'queue':
      return '/';
    case 'hold':
      return `/holds/${encodeURIComponent(route.holdId)}`;
    case 'run':
      return `/runs/${encodeURIComponent(route.runId)}`;
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
  if (path === window.location.pathname) return;
  if (replace) window.history.replaceState(null, '', path);
  else window.history.pushState(null, '', path);
  tell();
}

let last: { path: string; route: Route } | undefined;

function current(): Route {
  const path = window.location.pathname;
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
