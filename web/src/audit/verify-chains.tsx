import { useRef, useState } from 'react';
import { isHoldpointError } from '../../../src/client/index.ts';
import type { DeskStore } from '../desk/desk-store.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { linkTo } from '../router.ts';
import { Icon } from '../shell/icons.tsx';
import { At } from '../text/moments.tsx';
import { shortId } from '../text/show-person.ts';
import { VisibleText } from '../text/visible-text.tsx';

interface Broken {
  readonly runId: string;
  readonly problem: string;
}
interface Checked {
  readonly runs: number;
  readonly events: number;
  readonly broken: readonly Broken[];
  /** When the last chain was checked; null: there are more to come. */
  readonly at: string | null;
}

/** Chains that are checked at the same time. */
const AT_ONCE = 4;

/** Has the server check the hash chain of every run, one after another, and says which are broken. */
export function VerifyChains() {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [checked, setChecked] = useState<Checked | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  const verify = async () => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setProblem(null);
    try {
      await verifyAll(store, controller.signal, setChecked);
    } catch (error) {
      setChecked(null);
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const stop = () => {
    running.current?.abort();
    setChecked(null);
  };
  const state = checked === null ? '' : checked.broken.length > 0 ? ' is-broken' : checked.at === null ? '' : ' is-ok';
  return (
    <div className={`chains push${state}`} role="status">
      <Icon name="chain" />
      <span>
        <Told checked={checked} problem={problem} />
      </span>
      {checked !== null && checked.at === null ? (
        <button type="button" className="link" onClick={stop}>
          Stop
        </button>
      ) : (
        <button type="button" className="link" disabled={!live} onClick={() => void verify()}>
          {checked === null ? 'Verify every chain' : 'Verify again'}
        </button>
      )}
    </div>
  );
}

function Told({ checked, problem }: { checked: Checked | null; problem: string | null }) {
  if (problem !== null) return <span className="err">{problem}</span>;
  if (checked === null) return 'Each run is a chain of hashes.';
  const { runs, events, broken, at } = checked;
  const counted = `${count(events, 'event')} in ${count(runs, 'run')}`;
  if (broken.length > 0) {
    return (
      <>
        <b>{broken.length === 1 ? '1 chain is broken' : `${broken.length} chains are broken`}</b> of {counted}:{' '}
        {broken.slice(0, 5).map(({ runId, problem: why }) => (
          <span key={runId}>
            <a {...linkTo({ page: 'run', runId })}>run {shortId(runId)}</a> (<VisibleText text={why} />){' '}
          </span>
        ))}
      </>
    );
  }
  if (at === null) return `Checking: ${counted} so far`;
  return (
    <>
      <b>{runs === 1 ? 'Chain verified' : 'Chains verified'}</b> {counted}, checked <At at={at} />
    </>
  );
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}

/** Tells `onChecked` as it goes. @throws what the server refuses; an abort ends it without a word */
async function verifyAll(store: DeskStore, signal: AbortSignal, onChecked: (checked: Checked) => void): Promise<void> {
  let now: Checked = { runs: 0, events: 0, broken: [], at: null };
  const put = (next: Checked) => {
    now = next;
    if (!signal.aborted) onChecked(next);
  };
  put(now);
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<DeskStore['client']['runs']['list']>> = await store.client.runs.list({
      limit: 200,
      ...(cursor === null ? {} : { cursor }),
    });
    const ids = page.runs.map(({ id }) => id);
    const worker = async () => {
      for (let id = ids.shift(); id !== undefined && !signal.aborted; id = ids.shift()) {
        const { ok, count: events, problem } = await verifyOne(store, id);
        const broken = ok ? now.broken : [...now.broken, { runId: id, problem: problem ?? 'its chain does not hold' }];
        put({ ...now, runs: now.runs + 1, events: now.events + events, broken });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    cursor = page.cursor;
  } while (cursor !== null && !signal.aborted);
  put({ ...now, at: new Date().toISOString() });
}

async function verifyOne(store: DeskStore, runId: string): ReturnType<DeskStore['client']['runs']['verify']> {
  for (;;) {
    try {
      return await store.client.runs.verify(runId);
    } catch (error) {
      if (!isHoldpointError(error, 'RATE_LIMITED')) throw error;
      const { retryAfterMs } = (error.details ?? {}) as { retryAfterMs?: number };
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs ?? 1_000));
    }
  }
}
