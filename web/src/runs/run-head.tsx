import { lazy, Suspense, useState } from 'react';
import type { RunEvent, RunSummary, RunState as StateAt } from '../../../src/client/index.ts';
import { CancelRun } from '../hold/cancel-run.tsx';
import { go, linkTo } from '../router.ts';
import { Icon } from '../shell/icons.tsx';
import { CopyId } from '../text/copy-id.tsx';
import { At } from '../text/moments.tsx';
import { shortId, showPerson } from '../text/show-person.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { useKeys } from '../use-keys.ts';
import { useMayOperate } from '../use-may-operate.ts';
import { forksOf, originOf, subjectOfRun } from './lineage.ts';
import { ParkedRun } from './parked-run.tsx';
import { RunState } from './run-row.tsx';

const ForkRunDialog = lazy(() => import('./fork-run-dialog.tsx'));

interface RunHeadProps {
  readonly runId: string;
  readonly run: RunSummary | undefined;
  /** What is told of it: how it is now, or how it was. */
  readonly told: RunSummary | undefined;
  /** The event that was, and whose state is told; null: it is told as it is now. */
  readonly pastSeq: number | null;
  readonly events: readonly RunEvent[];
  /** The event that is looked at. */
  readonly seq: number;
  readonly at: StateAt | null;
  readonly onSeq: (seq: number) => void;
}

/** Which run it is, what it cost, where it came from, and what can be done with it as a whole. */
export function RunHead({ runId, run, told, pastSeq, events, seq, at, onSeq }: RunHeadProps) {
  const subject = subjectOfRun(events);
  const held = told?.openHolds[0];
  // What can be done about it is done about the run as it is now.
  const parked = told === run && run?.status === 'parked' ? run : null;
  useKeys({ o: held === undefined ? undefined : () => go({ page: 'hold', holdId: held }) });
  return (
    <>
      <div className="pagehead">
        <h1 id="run-head">
          {run?.crew ?? 'Run'}
          {subject !== null && (
            <>
              , <VisibleText text={subject} />
            </>
          )}
        </h1>
        {told && <RunState run={told} />}
        {run && (
          <>
            {pastSeq !== null && (
              <span className="soft">
                as of #{pastSeq}, replayed; {run.status} now
              </span>
            )}
            <span className="soft">
              started <At at={run.startedAt} /> by {showPerson(run.requestedBy)}
            </span>
            {told && <Spent usage={told.usage} />}
            <span className="soft small">
              run <CopyId id={run.id} shown={shortId(run.id)} what="the run's id" />
            </span>
            <span className="row push run-acts">
              {held !== undefined && (
                <a className="btn small-btn" {...linkTo({ page: 'hold', holdId: held })}>
                  Open the hold <kbd className="wide">o</kbd>
                </a>
              )}
              <Fork runId={runId} seq={seq} at={at} onSeq={onSeq} />
              {run.endedAt === null && <CancelRun runId={run.id} crew={run.crew} button />}
            </span>
          </>
        )}
      </div>
      <Lineage events={events} />
      {parked && <ParkedRun run={parked} />}
      {told?.error && !parked && (
        <p className="err run-error">
          <Icon name="alert" />
          <span>
            <code>{told.error.code}</code> <VisibleText text={told.error.message} />
          </span>
        </p>
      )}
    </>
  );
}

function Spent({ usage: { inputTokens, outputTokens, calls } }: Pick<RunSummary, 'usage'>) {
  return (
    <span className="soft">
      {(inputTokens + outputTokens).toLocaleString('en-US')} tokens in {calls} {calls === 1 ? 'call' : 'calls'}
    </span>
  );
}

function Fork({ runId, seq, at, onSeq }: Pick<RunHeadProps, 'runId' | 'seq' | 'at' | 'onSeq'>) {
  const [open, setOpen] = useState(false);
  const may = useMayOperate() && seq > 0;
  useKeys({ f: may ? () => setOpen(true) : undefined });
  if (!may) return null;
  return (
    <>
      <button type="button" className="btn small-btn" onClick={() => setOpen(true)}>
        Fork from #{seq}… <kbd className="wide">f</kbd>
      </button>
      {open && (
        <Suspense>
          <ForkRunDialog key={seq} runId={runId} seq={seq} at={at} onSeq={onSeq} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Where it came from, and what came of it. */
function Lineage({ events }: { events: readonly RunEvent[] }) {
  const origin = originOf(events);
  const forks = forksOf(events);
  if (origin === null && forks.length === 0) return null;
  return (
    <ul className="lineage soft">
      {origin !== null && (
        <li>
          <Icon name="fork" small />
          <span>
            Forked from run{' '}
            <a {...linkTo({ page: 'run', runId: origin.runId, seq: origin.seq })}>
              {shortId(origin.runId)} at #{origin.seq}
            </a>
            ; #1 to #{origin.copied} were taken over from it and not done again.
          </span>
        </li>
      )}
      {forks.map(({ runId, seq }) => (
        <li key={runId}>
          <Icon name="fork" small />
          <span>
            Forked at #{seq} into run <a {...linkTo({ page: 'run', runId })}>{shortId(runId)}</a>.
          </span>
        </li>
      ))}
    </ul>
  );
}
