import { useCallback, useEffect, useState } from 'react';
import type { RunStatus, RunSummary } from '../../../src/client/index.ts';
import { withRun } from '../desk/desk-state.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { useTitle } from '../use-title.ts';
import { RunRow } from './run-row.tsx';
import { StartRun } from './start-run.tsx';
import { StopAll } from './stop-all.tsx';

const STATUSES: readonly RunStatus[] = ['running', 'held', 'parked', 'completed', 'failed', 'cancelled'];

/** The runs, the newest first, and where one is started. */
export default function RunsPage() {
  const store = useDeskStore();
  const live = useDesk((state) => state.runs);
  const connected = useDesk((state) => state.link.state === 'live');
  const [status, setStatus] = useState<RunStatus | ''>('');
  const [crew, setCrew] = useState('');
  const crews = useCrewNames();
  const [listed, setListed] = useState<readonly RunSummary[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useTitle('Runs');
  const read = useCallback(
    async (after: string | null) => {
      try {
        const page = await store.client.runs.list({
          limit: 50,
          ...(status === '' ? {} : { status }),
          ...(crew === '' ? {} : { crew }),
          ...(after === null ? {} : { cursor: after }),
        });
        setListed((before) => (after === null ? page.runs : [...(before ?? []), ...page.runs]));
        setCursor(page.cursor);
      } catch (error) {
        setProblem(error instanceof Error ? error.message : String(error));
      }
    },
    [store, status, crew],
  );
  useEffect(() => {
    if (connected) void read(null);
  }, [read, connected]);
  const shown = mergeRuns(listed ?? [], live).filter(
    (run) => (status === '' || run.status === status) && (crew === '' || run.crew === crew),
  );
  return (
    <main className="page greys">
      <div className="wrap">
        <div className="pagehead">
          <h1>Runs</h1>
          <p>Every execution of a crew, the newest first.</p>
          <div className="row push run-filters">
            <label className="small soft">
              Crew{' '}
              <select className="select" value={crew} onChange={(event) => setCrew(event.target.value)}>
                <option value="">all</option>
                {crews.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
            <label className="small soft">
              State{' '}
              <select
                className="select"
                value={status}
                onChange={(event) => setStatus(event.target.value as RunStatus | '')}
              >
                <option value="">all</option>
                {STATUSES.map((of) => (
                  <option key={of}>{of}</option>
                ))}
              </select>
            </label>
            <StopAll />
          </div>
        </div>
        <StartRun />
        {problem && (
          <p className="err" role="alert">
            {problem}
          </p>
        )}
        <section className="panel scroll-x" aria-label="Runs">
          {shown.length === 0 ? (
            <p className="panel-empty quiet" role="status">
              {listed === null
                ? 'Reading the runs…'
                : status === '' && crew === ''
                  ? 'No run yet. Start one above.'
                  : `No run${crew === '' ? '' : ` of ${crew}`}${status === '' ? '' : ` is ${status}`}.`}
            </p>
          ) : (
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Run</th>
                  <th scope="col">State</th>
                  <th scope="col">Tasks</th>
                  <th scope="col" className="wide">
                    Started
                  </th>
                  <th scope="col" className="num wide">
                    Took
                  </th>
                  <th scope="col" className="num roomy">
                    Tokens
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map((run) => (
                  <RunRow key={run.id} run={run} />
                ))}
              </tbody>
            </table>
          )}
        </section>
        {cursor !== null && (
          <button type="button" className="btn more-button" onClick={() => void read(cursor)}>
            Show older runs
          </button>
        )}
      </div>
    </main>
  );
}

function useCrewNames(): readonly string[] {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    // Without them the list can still be read.
    if (live)
      void store.client.crews.list().then(
        (crews) => setNames(crews.map(({ name }) => name)),
        () => undefined,
      );
  }, [store, live]);
  return names;
}

/** What was listed, as it is now, and what started since. */
function mergeRuns(listed: readonly RunSummary[], live: ReadonlyMap<string, RunSummary>): RunSummary[] {
  const newest = listed[0]?.startedAt ?? '';
  let runs: ReadonlyMap<string, RunSummary> = new Map(listed.map((run) => [run.id, run]));
  for (const run of live.values()) {
    if (runs.has(run.id) || run.startedAt >= newest)
      runs = withRun({ runs } as Parameters<typeof withRun>[0], run).runs;
  }
  return [...runs.values()].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}
