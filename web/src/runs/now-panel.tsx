import type { RunSummary } from '../../../src/client/index.ts';
import { Mark } from '../shell/icons.tsx';
import { VisibleText } from '../text/visible-text.tsx';
import type { Streaming } from './use-run.ts';

/** What streams right now: it is not recorded yet, and says so. */
export function NowPanel({ run, streaming }: { run: RunSummary | undefined; streaming: Streaming | null }) {
  if (streaming === null || run?.endedAt) {
    return (
      <section className="panel now" aria-labelledby="now-head">
        <header>
          <h2 id="now-head">Now</h2>
        </header>
        <p className="panel-empty quiet">{run ? whatNow(run) : ''}</p>
      </section>
    );
  }
  return (
    <section className="panel now" aria-labelledby="now-head">
      <header>
        <h2 id="now-head">
          Now: <code>{streaming.task}</code>
        </h2>
        <span className="state st-working">
          <Mark name="working" />
          working
        </span>
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
          <span className="caret" aria-hidden="true" />
        </p>
        <p className="quiet small">Live and not yet recorded. It is not part of the replay on the left.</p>
      </div>
    </section>
  );
}

function whatNow({ status, tasks, openHolds }: RunSummary): string {
  const working = Object.keys(tasks).filter((name) => tasks[name] === 'working');
  if (working.length > 0) {
    const names = working.join(', ');
    return `${names} ${working.length === 1 ? 'works' : 'work'}; nothing streams yet.`;
  }
  switch (status) {
    case 'held':
      return `Nothing works: ${openHolds.length === 1 ? 'a hold waits' : `${openHolds.length} holds wait`} for a person.`;
    case 'parked':
      return 'Nothing works: the crew changed since. `holdpoint runs resume` continues it once the change is accepted.';
    case 'running':
      return 'Between two steps.';
    default:
      return `The run is ${status}; nothing more will happen in it.`;
  }
}
