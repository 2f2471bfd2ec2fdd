import { useEffect } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { wholePoints } from '../oversight/level-words.ts';
import { useActionTypes } from '../oversight/use-action-types.ts';
import { markOfTask, type ShownTask, shownTasks } from '../runs/shown-tasks.ts';
import { Mark } from '../shell/icons.tsx';
import { At } from '../text/moments.tsx';
import { showPerson } from '../text/show-person.ts';
import { showDuration } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { wordsOfCode } from './reason-codes.ts';

const REASON_WORDS: Readonly<Record<Hold['reasons'][number]['code'], string>> = {
  confirm: 'Confirmation',
  tier: 'Tier',
  'low-confidence': 'Confidence',
  escalation: 'Escalation',
  guardrail: 'Guardrail',
  hook: 'Hook',
  budget: 'Budget',
  'spot-check': 'Spot check',
  'outcome-unknown': 'Outcome unknown',
  policy: 'Policy',
  graduation: 'Graduation',
};

/** Read once, then known by place: why, what waits, what silence does, who said what. */
export function RulesAndPeople({ hold }: { hold: Hold }) {
  return (
    <aside className="side" aria-label="Rules and people">
      <section className="sec">
        <h2>Why this is held</h2>
        <ul className="why">
          {hold.reasons.map(({ code, detail }) => (
            <li key={`${code} ${detail}`}>
              <span>
                <b>{REASON_WORDS[code]}</b>
                <Ticked text={withoutLabel(detail, REASON_WORDS[code])} />
              </span>
            </li>
          ))}
        </ul>
      </section>
      <WaitsOnIt hold={hold} />
      <section className="sec">
        <h2>If nobody answers</h2>
        <p>
          <Silence hold={hold} />
        </p>
      </section>
      <Record hold={hold} />
      <WhoDecides hold={hold} />
      <People hold={hold} />
    </aside>
  );
}

/** "Confidence 0.71 is below 0.8." needs no label before it. */
function withoutLabel(detail: string, label: string): string {
  return detail.startsWith(`${label} `) ? detail.slice(label.length) : `: ${detail}`;
}

/** `code` of a sentence of ours, as code. */
function Ticked({ text }: { text: string }) {
  return text.split('`').map((part, index) => {
    // biome-ignore-start lint/suspicious/noArrayIndexKey: parts have no other identity
    return index % 2 === 1 ? (
      <code key={index}>
        <VisibleText text={part} />
      </code>
    ) : (
      <VisibleText key={index} text={part} />
    );
    // biome-ignore-end lint/suspicious/noArrayIndexKey: parts have no other identity
  });
}

function WaitsOnIt({ hold }: { hold: Hold }) {
  const store = useDeskStore();
  const run = useDesk((state) => (hold.runId === null ? undefined : state.runs.get(hold.runId)));
  const { runId } = hold;
  useEffect(() => {
    if (runId !== null && run === undefined) void store.loadRun(runId);
  }, [store, runId, run]);
  if (hold.task === null) return null;
  const tasks = run ? Object.entries(shownTasks(run)) : [];
  const at = tasks.findIndex(([name]) => name === hold.task);
  const near = tasks.filter(([name], index) => name === hold.task || hold.blocks.includes(name) || index === at - 1);
  const tokens = run ? run.usage.inputTokens + run.usage.outputTokens : null;
  return (
    <section className="sec">
      <h2>What waits on it</h2>
      <p className="chain">
        {near.length === 0 && <code>{hold.task}</code>}
        {near.slice(0, 5).map(([name, status], index) => (
          <span key={name} className="chain">
            {index > 0 && <span className="to">→</span>}
            <TaskState name={name} status={status} on={name === hold.task} />
          </span>
        ))}
        {near.length > 5 && <span className="quiet">and {near.length - 5} more</span>}
        {tokens !== null && tokens > 0 && <span className="quiet push">{tokens.toLocaleString('en-US')} tokens</span>}
      </p>
      {hold.blocks.length === 0 && <p className="quiet">No other task waits.</p>}
    </section>
  );
}

export function TaskState({ name, status, on = false }: { name: string; status: ShownTask; on?: boolean }) {
  return (
    <span className={`state st-${markOfTask(status)}${on ? ' on' : ''}`}>
      <Mark name={markOfTask(status)} />
      {name}
      <span className="vh"> {status}</span>
    </span>
  );
}

function Silence({ hold }: { hold: Hold }) {
  const { dueAt, onExpire, escalateTo, overdue } = hold.review;
  if (dueAt === null) return <>It keeps waiting, without a deadline. Silence never approves.</>;
  const at = (
    <b>
      <At at={dueAt} />
    </b>
  );
  if (onExpire !== 'wait') {
    return (
      <>
        At {at} it closes and the task {onExpire === 'fail' ? 'fails' : 'is skipped'}. Silence never approves.
      </>
    );
  }
  const asked = escalateTo.join(', ');
  if (overdue)
    return (
      <>
        It is overdue since {at} and keeps waiting
        {asked && (
          <>
            ; <b>{asked}</b> is asked too
          </>
        )}
        . Silence never approves.
      </>
    );
  return (
    <>
      It keeps waiting. At {at} it is overdue
      {asked && (
        <>
          {' '}
          and <b>{asked}</b> is asked too
        </>
      )}
      . Silence never approves.
    </>
  );
}

/** How people decided this action type so far, and how far it is from less oversight. */
function Record({ hold }: { hold: Hold }) {
  const { types } = useActionTypes();
  const type = types?.find(
    ({ crew, tool, task, kind }) =>
      crew === hold.crew && (hold.action ? tool === hold.action.tool : kind === 'task' && task === hold.task),
  );
  if (!type || type.decisions.total === 0) return null;
  const { total, rejected, medianTookMs } = type.decisions;
  const { graduation } = type;
  return (
    <section className="sec">
      <h2>This action type</h2>
      <p>
        <b>{total}</b> decided, <b>{rejected}</b> rejected ({((rejected / total) * 100).toFixed(1)} %)
        {medianTookMs !== null && `, median ${showDuration(medianTookMs)}`}
      </p>
      {graduation !== null && graduation.next !== null && type.reversible && (
        <p className="row">
          <span
            className="meter meter-72"
            role="img"
            aria-label={`${wholePoints(graduation.points)} of ${graduation.pointsToPass} points`}
          >
            <i
              style={{
                width: `${Math.max(0, Math.min(1, graduation.points / Math.max(1, graduation.pointsToPass))) * 100}%`,
              }}
            />
          </span>
          <span>
            <b>{wholePoints(graduation.points)}</b> of {graduation.pointsToPass} points to {graduation.next}
          </span>
        </p>
      )}
    </section>
  );
}

function WhoDecides({ hold }: { hold: Hold }) {
  const { reviewers, quorum, votes } = hold.review;
  if (reviewers.length === 0 && quorum === 1) return null;
  return (
    <section className="sec">
      <h2>Who decides</h2>
      <p>
        {reviewers.length > 0 ? <b>{reviewers.join(', ')}</b> : 'Every reviewer'}
        {quorum > 1 && (
          <>
            , <b>{quorum}</b> of them; {votes.length} {votes.length === 1 ? 'vote' : 'votes'} so far
          </>
        )}
      </p>
      {votes.length > 0 && (
        <ul className="talk">
          {votes.map(({ by, verdict }) => (
            <li key={by}>
              <b>{showPerson(by)}</b> voted to {verdict}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const PAST: Readonly<Record<string, string>> = {
  approve: 'approved',
  modify: 'modified',
  reject: 'rejected',
  respond: 'answered',
};

function People({ hold }: { hold: Hold }) {
  const { history, comments, requestedBy } = hold;
  return (
    <section className="sec">
      <h2>People</h2>
      <ul className="talk">
        {requestedBy !== null && (
          <li>
            <b>{showPerson(requestedBy)}</b> started the run
          </li>
        )}
        {history.map(({ verdict, by, reason, reasonCode, at }, index) => (
          <li key={at}>
            <span className={verdict === 'reject' ? 'tag bad' : verdict === 'modify' ? 'tag chg' : 'tag ok'}>
              {PAST[verdict] ?? verdict} {hold.revision > 1 ? `revision ${index + 1}` : ''}
            </span>{' '}
            <b>{showPerson(by)}</b>, <At at={at} />
            {reasonCode !== null && `, ${wordsOfCode(reasonCode)}`}
            {reason !== null && (
              <>
                : “
                <bdi>
                  <VisibleText text={reason} />
                </bdi>
                ”
              </>
            )}
          </li>
        ))}
        {comments.map(({ by, text, at }) => (
          <li key={`${at} ${by}`}>
            <b>{showPerson(by)}</b>, <At at={at} />: “
            <bdi>
              <VisibleText text={text} />
            </bdi>
            ”
          </li>
        ))}
      </ul>
    </section>
  );
}
