import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import type { RunEvent, RunSummary, RunState as StateAt } from '../../../src/client/index.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { CancelRun } from '../hold/cancel-run.tsx';
import { linkTo } from '../router.ts';
import { Icon } from '../shell/icons.tsx';
import { CopyId } from '../text/copy-id.tsx';
import { At } from '../text/moments.tsx';
import { prettyJson, showJson } from '../text/show-json.ts';
import { shortId, showPerson } from '../text/show-person.ts';
import { showSeconds } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { useKeys } from '../use-keys.ts';
import { useTitle } from '../use-title.ts';
import { tasksOfStart, withoutDetours } from './graph-layout.ts';
import { Journal } from './journal-list.tsx';
import { countTasks } from './run-words.ts';
import { RunState } from './runs-page.tsx';
import { type Streaming, useRunEvents, useRunState, useStreaming } from './use-run.ts';

const RunGraph = lazy(() => import('./run-graph.tsx'));

/** One run: its graph, its journal, and both at any time that was. */
export default function RunPage({ runId }: { runId: string }) {
  const store = useDeskStore();
  const run = useDesk((state) => state.runs.get(runId));
  const { events, problem } = useRunEvents(runId);
  const [seq, setSeq] = useState<number | null>(null);
  const lastSeq = events.at(-1)?.seq ?? 0;
  const at = useRunState(runId, seq, lastSeq);
  const streaming = useStreaming(runId, events);
  const tasks = useMemo(() => withoutDetours(tasksOfStart(events[0]?.data)), [events]);
  useTitle(run ? `${run.crew}, ${run.status}` : 'Run');
  useEffect(() => {
    void store.loadRun(runId);
  }, [store, runId]);
  const move = (step: 1 | -1) => {
    const next = Math.min(lastSeq, Math.max(1, (seq ?? lastSeq) + step));
    setSeq(next === lastSeq ? null : next);
  };
  const held = run?.openHolds[0];
  useKeys({ ArrowLeft: () => move(-1), ArrowRight: () => move(1), Escape: () => setSeq(null) });
  if (problem !== null) {
    return (
      <main className="page">
        <div className="wrap">
          <h1 className="act">This run cannot be shown.</h1>
          <p className="soft">{problem}</p>
          <a {...linkTo({ page: 'runs' })}>To the runs</a>
        </div>
      </main>
    );
  }
  const summary = seq === null ? run : at?.summary;
  return (
    <main className="page greys" aria-labelledby="run-head">
      <div className="wrap">
        <div className="pagehead">
          <h1 id="run-head">{run?.crew ?? 'Run'}</h1>
          {run && (
            <>
              <RunState run={run} />
              <span className="soft">
                started <At at={run.startedAt} /> by {showPerson(run.requestedBy)}
              </span>
              <span className="soft">
                {(run.usage.inputTokens + run.usage.outputTokens).toLocaleString('en-US')} tokens in {run.usage.calls}{' '}
                {run.usage.calls === 1 ? 'call' : 'calls'}
              </span>
              <span className="soft small">
                run <CopyId id={run.id} shown={shortId(run.id)} what="the run's id" />
              </span>
              <span className="row push">
                {held !== undefined && (
                  <a className="btn small-btn" {...linkTo({ page: 'hold', holdId: held })}>
                    Open the hold
                  </a>
                )}
                {run.endedAt === null && <CancelRun runId={run.id} crew={run.crew} button />}
              </span>
            </>
          )}
        </div>
        {run?.error && (
          <p className="err run-error">
            <Icon name="alert" />
            <span>
              <code>{run.error.code}</code> <VisibleText text={run.error.message} />
            </span>
          </p>
        )}
        <div className="run">
          <div>
            <section className="panel" aria-labelledby="tasks-head">
              <header>
                <h2 id="tasks-head">Tasks</h2>
                <span>{summary ? countTasks(summary) : ''}</span>
              </header>
              {tasks.length > 0 && (
                <Suspense fallback={<div className="graph" />}>
                  <RunGraph tasks={tasks} states={summary?.tasks ?? {}} more={moreOf(at)} />
                </Suspense>
              )}
              <ul className="vh">
                {Object.entries(summary?.tasks ?? {}).map(([name, status]) => (
                  <li key={name}>
                    {name}: {status}
                  </li>
                ))}
              </ul>
              <TimeSlider events={events} seq={seq} lastSeq={lastSeq} onSeq={setSeq} />
            </section>
            <Journal runId={runId} events={events} seq={seq} onSeq={setSeq} lastSeq={lastSeq} />
          </div>
          <div>
            <Now run={run} streaming={streaming} />
            <Outputs at={at} seq={seq} />
          </div>
        </div>
      </div>
    </main>
  );
}

/** The second line of a task: what it does or why it does not, as far as the replayed state says. */
function moreOf(at: StateAt | null): Record<string, string> {
  if (at === null) return {};
  return Object.fromEntries(
    Object.entries(at.tasks).map(([key, { failure, step, agent }]) => {
      const action = at.actions.findLast(({ task }) => task === key);
      const hold = at.holds.findLast(({ task, status }) => task === key && status === 'open');
      if (failure) return [key, failure.code];
      if (hold) return [key, `${hold.action?.tool ?? hold.kind}, revision ${hold.revision}`];
      return [key, action ? action.tool : step > 0 ? `${agent}, step ${step}` : agent];
    }),
  );
}

interface TimeSliderProps {
  readonly events: readonly RunEvent[];
  readonly seq: number | null;
  readonly lastSeq: number;
  readonly onSeq: (seq: number | null) => void;
}

function TimeSlider({ events, seq, lastSeq, onSeq }: TimeSliderProps) {
  const at = seq ?? lastSeq;
  const event = events[at - 1];
  return (
    <div className={seq === null ? 'time' : 'time is-past'}>
      <label htmlFor="seq">{seq === null ? `now, #${lastSeq}` : `as of #${seq}, replayed`}</label>
      <input
        id="seq"
        type="range"
        min={1}
        max={Math.max(1, lastSeq)}
        value={Math.max(1, at)}
        aria-valuetext={event ? `#${at}, ${event.type}` : `#${at}`}
        onChange={({ target }) => onSeq(Number(target.value) === lastSeq ? null : Number(target.value))}
      />
      <span className="soft small">{event ? showSeconds(event.at) : ''}</span>
      {seq !== null && (
        <button type="button" className="btn small-btn" onClick={() => onSeq(null)}>
          Back to now, #{lastSeq}
        </button>
      )}
    </div>
  );
}

function Now({ run, streaming }: { run: RunSummary | undefined; streaming: Streaming | null }) {
  const working = Object.entries(run?.tasks ?? {}).filter(([, status]) => status === 'working');
  if (streaming === null || run?.endedAt) {
    return (
      <section className="panel now" aria-labelledby="now-head">
        <header>
          <h2 id="now-head">Now</h2>
        </header>
        <p className="panel-empty quiet">
          {working.length > 0
            ? `${working.map(([name]) => name).join(', ')} ${working.length === 1 ? 'works' : 'work'}; nothing streams yet.`
            : run?.status === 'held'
              ? 'Nothing works: the run waits for a person.'
              : run
                ? `The run is ${run.status}.`
                : ''}
        </p>
      </section>
    );
  }
  return (
    <section className="panel now" aria-labelledby="now-head">
      <header>
        <h2 id="now-head">
          Now: <code>{streaming.task}</code>
        </h2>
        <span className="push">step {streaming.step}</span>
      </header>
      <div className="now-text">
        {streaming.reasoning && (
          <p className="quiet rawtext">
            <VisibleText text={streaming.reasoning} />
          </p>
        )}
        <p className="rawtext">
          <VisibleText text={streaming.output} />
        </p>
        <p className="quiet small">Live and not yet recorded. It is not part of the replay on the left.</p>
      </div>
    </section>
  );
}

function Outputs({ at, seq }: { at: StateAt | null; seq: number | null }) {
  return (
    <section className="panel outputs" aria-labelledby="outputs-head">
      <header>
        <h2 id="outputs-head">Outputs</h2>
        <span className="push">{at ? (seq === null ? `now, #${at.seq}` : `as of #${at.seq}, replayed`) : ''}</span>
      </header>
      <dl>
        {Object.entries(at?.tasks ?? {}).map(([key, { output, state, failure }]) => (
          <div key={key}>
            <dt>
              <code>{key}</code>
            </dt>
            <dd>
              {output === null ? (
                <span className="quiet">
                  {failure ? <VisibleText text={failure.message} /> : `none, ${wordsOfState(state)}`}
                </span>
              ) : (
                <pre className="pretty">
                  <VisibleText
                    text={
                      typeof output === 'string'
                        ? output
                        : showJson(output).length < 60
                          ? showJson(output)
                          : prettyJson(output)
                    }
                  />
                </pre>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function wordsOfState(state: string): string {
  return state.replace(/([A-Z])/g, ' $1').toLowerCase();
}
