import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { isHoldpointError } from '../../src/client/index.ts';
import { DeskStore } from './desk/desk-store.ts';
import { DeskProvider } from './desk/use-desk.ts';
import { QueuePage } from './queue/queue-page.tsx';
import { go, useRoute } from './router.ts';
import { connect, forgetToken, openSession, takeLaunchToken } from './session.ts';
import { notifyOfHolds } from './shell/notifications.ts';
import { OfflineBar } from './shell/offline-bar.tsx';
import { SignIn } from './shell/sign-in.tsx';
import { StoppedBar } from './shell/stopped-bar.tsx';
import { TopBar } from './shell/top-bar.tsx';
import { useKeys } from './use-keys.ts';

const KeySheet = lazy(() => import('./shell/key-sheet.tsx'));
const RunsPage = lazy(() => import('./runs/runs-page.tsx'));
const RunPage = lazy(() => import('./runs/run-page.tsx'));
const OversightPage = lazy(() => import('./oversight/oversight-page.tsx'));
const AuditPage = lazy(() => import('./audit/audit-page.tsx'));

type Phase =
  | { readonly phase: 'starting'; readonly problem: string | null }
  | { readonly phase: 'signed-out'; readonly problem: string | null; readonly busy: boolean }
  | { readonly phase: 'signed-in'; readonly store: DeskStore };

/** How long until an unreachable server is tried again, in milliseconds. */
const RETRY_MS = 2_000;

export function App() {
  const [state, setState] = useState<Phase>({ phase: 'starting', problem: null });
  const current = useRef<DeskStore | null>(null);
  // A launch link can come while an earlier start still waits; only the last one says what the page shows.
  const starts = useRef(0);

  const enter = useCallback(async (token?: string): Promise<void> => {
    const { client, me } = await connect(token);
    await current.current?.close();
    const store = new DeskStore(client, me, {
      onSignedOut: (error) => {
        forgetToken();
        setState({ phase: 'signed-out', problem: messageOf(error), busy: false });
      },
    });
    current.current = store;
    setState({ phase: 'signed-in', store });
  }, []);

  const start = useCallback(async (): Promise<void> => {
    starts.current += 1;
    const mine = starts.current;
    try {
      const launch = takeLaunchToken();
      if (launch !== null) {
        forgetToken();
        await openSession(launch);
      }
      await enter();
    } catch (error) {
      if (mine !== starts.current) return;
      if (isHoldpointError(error, 'UNAVAILABLE')) {
        setState({ phase: 'starting', problem: error.message });
        setTimeout(() => void start(), RETRY_MS);
        return;
      }
      const hadToken = sessionStorage.getItem('holdpoint.token') !== null;
      forgetToken();
      const firstVisit =
        !hadToken && isHoldpointError(error, 'UNAUTHENTICATED') && error.message.startsWith('Say who you are');
      setState({ phase: 'signed-out', problem: firstVisit ? null : messageOf(error), busy: false });
    }
  }, [enter]);
  useEffect(() => void start(), [start]);
  // A second launch link in the same tab changes only the fragment, and loads nothing.
  useEffect(() => {
    const again = () => {
      if (window.location.hash.startsWith('#launch=')) void start();
    };
    window.addEventListener('hashchange', again);
    return () => window.removeEventListener('hashchange', again);
  }, [start]);

  const signIn = async (token: string) => {
    setState({ phase: 'signed-out', problem: null, busy: true });
    try {
      await enter(token);
    } catch (error) {
      setState({ phase: 'signed-out', problem: messageOf(error), busy: false });
    }
  };
  const signOut = async () => {
    forgetToken();
    await current.current?.close();
    current.current = null;
    setState({ phase: 'signed-out', problem: null, busy: false });
  };

  switch (state.phase) {
    case 'starting':
      return (
        <main className="sign-in" aria-busy="true">
          <p role="status">{state.problem === null ? 'Connecting…' : `${state.problem} Trying again by itself.`}</p>
        </main>
      );
    case 'signed-out':
      return <SignIn problem={state.problem} busy={state.busy} onToken={(token) => void signIn(token)} />;
    case 'signed-in':
      return (
        <DeskProvider value={state.store}>
          <Desk
            store={state.store}
            onSignOut={() => void signOut()}
            onRetry={() => void enter().catch(() => undefined)}
          />
        </DeskProvider>
      );
  }
}

function Desk({ store, onSignOut, onRetry }: { store: DeskStore; onSignOut: () => void; onRetry: () => void }) {
  const route = useRoute();
  const [keys, setKeys] = useState(false);
  useEffect(() => notifyOfHolds(store.client), [store]);
  useKeys({
    '?': () => setKeys(true),
    s: () => go({ page: 'runs' }),
  });
  return (
    <div className="app">
      <TopBar route={route} onKeys={() => setKeys(true)} onSignOut={onSignOut} />
      <OfflineBar onRetry={onRetry} />
      <StoppedBar />
      <Suspense fallback={<main className="page quiet scroll">Opening…</main>}>
        {route.page === 'queue' || route.page === 'hold' ? (
          <QueuePage route={route} />
        ) : route.page === 'runs' ? (
          <RunsPage />
        ) : route.page === 'run' ? (
          <RunPage key={route.runId} runId={route.runId} seq={route.seq} />
        ) : route.page === 'oversight' ? (
          <OversightPage />
        ) : (
          <AuditPage query={route.query ?? ''} />
        )}
      </Suspense>
      {keys && (
        <Suspense>
          <KeySheet onClose={() => setKeys(false)} />
        </Suspense>
      )}
    </div>
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
