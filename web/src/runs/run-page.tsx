import { lazy, Suspense, useEffect, useMemo } from 'react';
import type { RunState as StateAt } from '../../../src/client/index.ts';
import { RanActions } from '../actions/ran-actions.tsx';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { linkTo } from '../router.ts';
import { useKeys } from '../use-keys.ts';
import { useTitle } from '../use-title.ts';
import { tasksOfStart, withoutDetours } from './graph-layout.ts';
import { Journal } from './journal-list.tsx';
import { originOf } from './lineage.ts';
import { NowPanel, ThenPanel } from './now-panel.tsx';
import { OutputsPanel } from './outputs-panel.tsx';
import { RunHead } from './run-head.tsx';
import { countTasks } from './run-words.ts';
import { shownTasks } from './shown-tasks.ts';
import { TaskList } from './task-list.tsx';
import { TimeSlider } from './time-slider.tsx';
import { useRunEvents, useRunState, useStreaming } from './use-run.ts';
import { useSeq } from './use-seq.ts';

const RunGraph = lazy(() => import('./run-graph.tsx'));

interface RunPageProps {
  readonly runId: string;
  /** The event that the address asks for; absent: now. */
  readonly seq: number | undefined;
}

/** One run: its graph, its journal, and both at any time that was. */
export default function RunPage({ runId, seq: asked }: RunPageProps) {
  const store = useDeskStore();
  const run = useDesk((state) => state.runs.get(runId));
  const { events, problem } = useRunEvents(runId);
  const lastSeq = events.at(-1)?.seq ?? 0;
  const [seq, setSeq] = useSeq({ runId, asked, lastSeq });
  const { state: at, problem: unread } = useRunState(runId, { seq, lastSeq: Math.max(lastSeq, run?.lastSeq ?? 0) });
  const streaming = useStreaming(runId, events);
  const tasks = useMemo(() => withoutDetours(tasksOfStart(events[0]?.data)), [events]);
  useTitle(run ? `${run.crew}, ${run.status}` : 'Run');
  useEffect(() => {
    void store.loadRun(runId);
  }, [store, runId]);
  const move = (step: 1 | -1) => setSeq(Math.min(lastSeq, Math.max(1, (seq ?? lastSeq) + step)));
  useKeys({ ArrowLeft: () => move(-1), ArrowRight: () => move(1), Escape: () => setSeq(null) });
  if (problem !== null) return <NoRun problem={problem} />;
  const past = seq === null ? null : at;
  const summary = seq === null ? run : at?.summary;
  const states = summary ? shownTasks(summary) : {};
  return (
    <main className="page greys" aria-labelledby="run-head">
      <div className="wrap">
        <RunHead
          runId={runId}
          run={run}
          told={summary}
          pastSeq={past?.seq ?? null}
          events={events}
          seq={seq ?? lastSeq}
          at={at}
          onSeq={setSeq}
        />
        <div className="run">
          <div>
            <section className="panel" aria-labelledby="tasks-head">
              <header>
                <h2 id="tasks-head">Tasks</h2>
                <span>{summary ? countTasks(summary) : ''}</span>
              </header>
              {tasks.length > 0 && (
                <Suspense fallback={<div className="graph" />}>
                  <RunGraph tasks={tasks} states={states} more={moreOf(at)} />
                </Suspense>
              )}
              <TaskList states={states} more={moreOf(at)} />
              <TimeSlider
                events={events}
                seq={seq}
                shownSeq={at?.seq ?? null}
                lastSeq={lastSeq}
                problem={unread}
                onSeq={setSeq}
              />
            </section>
            <Journal
              runId={runId}
              events={events}
              copied={originOf(events)?.copied ?? 0}
              seq={seq}
              onSeq={setSeq}
              lastSeq={lastSeq}
            />
          </div>
          <div>
            {seq === null && <NowPanel run={run} streaming={streaming} />}
            {past && <ThenPanel past={past} />}
            <RanActions runId={runId} events={events} past={past} />
            <OutputsPanel at={at} seq={seq} />
          </div>
        </div>
      </div>
    </main>
  );
}

function NoRun({ problem }: { problem: string }) {
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
