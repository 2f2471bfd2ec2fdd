import { useId } from 'react';
import type { RunState, RunSummary } from '../../../src/client/index.ts';
import { Mark } from '../shell/icons.tsx';
import { VisibleText } from '../text/visible-text.tsx';
import type { Heard, Streaming } from './streaming.ts';

interface NowPanelProps {
  readonly run: RunSummary | undefined;
  readonly streaming: readonly Streaming[];
}

/** What streams right now, a panel an agent; where nothing does, why. */
export function NowPanel({ run, streaming }: NowPanelProps) {
  const id = useId();
  if (streaming.length > 0 && !run?.endedAt) return streaming.map((of) => <StreamPanel key={of.task} streaming={of} />);
  return (
    <section className="panel now" aria-labelledby={id}>
      <header>
        <h2 id={id}>Now</h2>
      </header>
      <p className="panel-empty quiet">{run ? whatNow(run, '; nothing streams yet') : ''}</p>
    </section>
  );
}

/** The same of an event that was, as the journal says it. */
export function ThenPanel({ past: { seq, summary } }: { past: RunState }) {
  const id = useId();
  return (
    <section className="panel now" aria-labelledby={id}>
      <header>
        <h2 id={id}>Then</h2>
        <span className="push">as of #{seq}, replayed</span>
      </header>
      <p className="panel-empty quiet">{whatNow(summary)}</p>
    </section>
  );
}

/** It is not recorded yet, and says so. */
function StreamPanel({ streaming: { task, step, reasoning, output } }: { streaming: Streaming }) {
  const id = useId();
  return (
    <section className="panel now" aria-labelledby={id}>
      <header>
        <h2 id={id}>
          Now: <code>{task}</code>
        </h2>
        <span className="state st-working">
          <Mark name="working" />
          working
        </span>
        <span className="push">step {step}</span>
      </header>
      <div className="now-scroll">
        <div className="now-text">
          {reasoning.text !== '' && (
            <p className="quiet rawtext">
              <HeardText heard={reasoning} />
            </p>
          )}
          <p className="rawtext">
            <HeardText heard={output} />
            <span className="caret" aria-hidden="true" />
          </p>
        </div>
      </div>
      <p className="quiet small now-note">Live and not yet recorded. It is not part of the replay on the left.</p>
    </section>
  );
}

function HeardText({ heard: { start, text } }: { heard: Heard }) {
  return (
    <>
      {start > 0 && '… '}
      <VisibleText text={text} />
    </>
  );
}

/** @param still what is said of those that work, besides */
function whatNow({ status, tasks, openHolds, error }: RunSummary, still = ''): string {
  const working = Object.keys(tasks).filter((name) => tasks[name] === 'working');
  if (working.length > 0 && status !== 'parked') {
    const names = working.join(', ');
    return `${names} ${working.length === 1 ? 'works' : 'work'}${still}.`;
  }
  switch (status) {
    case 'held':
      return `Nothing works: ${openHolds.length === 1 ? 'a hold waits' : `${openHolds.length} holds wait`} for a person.`;
    case 'parked':
      return error?.code === 'CREW_CHANGED'
        ? 'Nothing works: the crew changed since, and nobody has accepted that yet.'
        : 'Nothing works: the run is parked until somebody lets it go on.';
    case 'running':
      return 'Between two steps.';
    default:
      return `The run is ${status}; nothing more will happen in it.`;
  }
}
