import { lazy, Suspense, useCallback, useEffect, useId, useMemo, useState } from 'react';
import type { ListedAction, RunEvent } from '../../../src/client/index.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { messageIn } from '../runs/run-words.ts';
import { Icon, Mark, type MarkName } from '../shell/icons.tsx';
import { isObject, showJson } from '../text/show-json.ts';
import { showClock, showCountdown } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { useNow } from '../use-now.ts';
import { actOf, type Deed } from './act-on-action.tsx';

const ActOnAction = lazy(() => import('./act-on-action.tsx'));

interface RanActionsProps {
  readonly runId: string;
  /** Its journal: what comes there may change what is listed. */
  readonly events: readonly RunEvent[];
}

/** Actions that ran without asking: each can be judged, and undone while its window lasts. */
export function RanActions({ runId, events }: RanActionsProps) {
  const { actions, problem, reload } = useRanActions(runId, events.length);
  const failed = useMemo(() => failedUndos(events), [events]);
  const [asking, setAsking] = useState<{ readonly action: ListedAction; readonly deed: Deed } | null>(null);
  if (problem === null && (actions === null || actions.length === 0)) return null;
  return (
    <section className="panel ran" aria-labelledby="ran-head">
      <header>
        <h2 id="ran-head">Ran by itself</h2>
        <span className="push tier t-supervised">
          <Mark name="supervised" />
          supervised
        </span>
      </header>
      {problem !== null && <p className="panel-empty err">{problem}</p>}
      <ul>
        {actions?.map((action) => (
          <li key={action.actionId}>
            <RanAction
              action={action}
              failedUndo={failed.get(action.actionId)}
              onAsk={(deed) => setAsking({ action, deed })}
            />
          </li>
        ))}
      </ul>
      {asking && (
        <Suspense>
          <ActOnAction
            {...asking}
            onClose={(done) => {
              setAsking(null);
              if (done) reload();
            }}
          />
        </Suspense>
      )}
    </section>
  );
}

interface RanActionProps {
  readonly action: ListedAction;
  /** Why the last undo failed, if it did. */
  readonly failedUndo: string | undefined;
  readonly onAsk: (deed: Deed) => void;
}

function RanAction({ action, failedUndo, onAsk }: RanActionProps) {
  const { task, tool, input, output } = action;
  return (
    <div className="ran-action">
      <p>
        <b>{actOf(action)}</b>
      </p>
      <p className="soft small">
        <code>
          {tool} <VisibleText text={showJson(input)} />
        </code>{' '}
        in {task}
      </p>
      <p className="soft small">
        gave{' '}
        <code>
          <VisibleText text={showJson(output)} />
        </code>
      </p>
      <Findings action={action} />
      {failedUndo !== undefined && action.state === 'succeeded' && (
        <p className="err small">
          The undo failed: <VisibleText text={failedUndo} />
        </p>
      )}
      <Judge action={action} onAsk={onAsk} />
    </div>
  );
}

/** How an undo went; an action that stands as it ran is not in it. */
const STATES: Readonly<Partial<Record<string, { readonly mark: MarkName; readonly words: string }>>> = {
  undoing: { mark: 'working', words: 'being undone' },
  undone: { mark: 'skipped', words: 'undone' },
};

function Findings({ action: { state, audits } }: { action: ListedAction }) {
  const undo = STATES[state];
  if (undo === undefined && audits.length === 0) return null;
  return (
    <ul className="findings">
      {undo !== undefined && (
        <li>
          <span className={`state st-${undo.mark}`}>
            <Mark name={undo.mark} />
            {undo.words}
          </span>
        </li>
      )}
      {audits.map(({ finding, reason }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: audits have no other identity, and only grow
        <li key={index}>
          <span className={finding === 'good' ? 'tag ok' : 'tag bad'}>
            <Icon name={finding === 'good' ? 'check' : 'alert'} small />
            found {finding}
          </span>
          {reason !== null && (
            <span className="soft small">
              <VisibleText text={reason} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The verbs, for who may; each opens what it means. */
function Judge({ action, onAsk }: { action: ListedAction; onAsk: (deed: Deed) => void }) {
  const roles = useDesk((state) => state.me.roles);
  const live = useDesk((state) => state.link.state === 'live');
  const id = useId();
  if (!roles.some((role) => role === 'reviewer' || role === 'admin')) return null;
  const what = actOf(action);
  return (
    <>
      <UndoWhileItLasts action={action} what={what} disabled={!live} onAsk={onAsk} />
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a box of its own */}
      <div className="row ran-acts" role="group" aria-labelledby={id}>
        <span className="soft small" id={id}>
          Audit it as
        </span>
        <AuditButtons what={what} disabled={!live} onAsk={onAsk} />
      </div>
    </>
  );
}

interface UndoProps extends AuditButtonsProps {
  readonly action: ListedAction;
}

/** The undo, for as long as its window is open; then, that it is over. */
function UndoWhileItLasts({ action: { state, undoUntil }, what, disabled, onAsk }: UndoProps) {
  const now = useNow(1_000);
  if (state !== 'succeeded' || undoUntil === null) return null;
  const leftMs = Date.parse(undoUntil) - now;
  if (leftMs <= 0) return <p className="quiet small">The time to undo it ended at {showClock(undoUntil, now)}.</p>;
  return (
    <div className="row ran-acts">
      <button type="button" className="btn small-btn" disabled={disabled} onClick={() => onAsk('undo')}>
        <Icon name="undo" />
        Undo…<span className="vh"> {what}</span>
      </button>
      <span className="quiet small">{showCountdown(leftMs)} left</span>
    </div>
  );
}

interface AuditButtonsProps {
  /** What is judged, for who hears the buttons out of their place. */
  readonly what: string;
  readonly disabled: boolean;
  readonly onAsk: (deed: Deed) => void;
}

/** Good, bad, critical: what somebody found who looked at an action after it had run. */
export function AuditButtons({ what, disabled, onAsk }: AuditButtonsProps) {
  return (['good', 'bad', 'critical'] as const).map((finding) => (
    <button key={finding} type="button" className="btn small-btn" disabled={disabled} onClick={() => onAsk(finding)}>
      {finding[0]?.toUpperCase()}
      {finding.slice(1)}…<span className="vh"> {what}</span>
    </button>
  ));
}

/** By action, why its newest undo failed; without those that were undone since. */
function failedUndos(events: readonly RunEvent[]): ReadonlyMap<string, string> {
  const failed = new Map<string, string>();
  for (const { type, data } of events) {
    if (!isObject(data) || typeof data.actionId !== 'string') continue;
    if (type === 'action.undo-started' || type === 'action.undone') failed.delete(data.actionId);
    if (type === 'action.undo-failed') failed.set(data.actionId, messageIn(data.error) ?? 'see the journal');
  }
  return failed;
}

function useRanActions(runId: string, round: number) {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [actions, setActions] = useState<readonly ListedAction[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const read = useCallback(async () => {
    try {
      const found = await store.client.actions.list({ runId: runId as ListedAction['runId'] });
      setActions(found.actions);
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }, [store, runId]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each round reads again
  useEffect(() => {
    if (!live) return;
    const timer = setTimeout(() => void read(), READ_AFTER_MS);
    return () => clearTimeout(timer);
  }, [read, live, round]);
  return { actions, problem, reload: () => void read() };
}

/** Events come in bursts; the list is read once they rest, in milliseconds. */
const READ_AFTER_MS = 250;
