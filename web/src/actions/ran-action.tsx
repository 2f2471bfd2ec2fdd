import { useId } from 'react';
import { useDesk } from '../desk/use-desk.ts';
import { Icon, Mark } from '../shell/icons.tsx';
import type { MarkName } from '../shell/mark-name.ts';
import { showJson } from '../text/show-json.ts';
import { showClock, showCountdown } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { useNow } from '../use-now.ts';
import { actOf, type Deed, type Ran } from './ran.ts';

interface RanActionProps {
  readonly action: Ran;
  /** Nobody was asked before it ran, so somebody looks at it afterwards. */
  readonly supervised: boolean;
  /** Why the last undo failed, if it did. */
  readonly failedUndo: string | undefined;
  /** Null: it is shown as it was, and nothing can be done with it there. */
  readonly onAsk: ((deed: Deed) => void) | null;
}

/** One action that ran: what it was, what it gave, and what can be done with it now. */
export function RanAction({ action, supervised, failedUndo, onAsk }: RanActionProps) {
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
      {onAsk && <Verbs action={action} supervised={supervised} onAsk={onAsk} />}
    </div>
  );
}

/** How an undo went; an action that stands as it ran is not in it. */
const STATES: Readonly<Partial<Record<string, { readonly mark: MarkName; readonly words: string }>>> = {
  undoing: { mark: 'working', words: 'being undone' },
  undone: { mark: 'skipped', words: 'undone' },
};

function Findings({ action: { state, audits } }: { action: Ran }) {
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
function Verbs({
  action,
  supervised,
  onAsk,
}: Pick<RanActionProps, 'action' | 'supervised'> & Pick<VerbProps, 'onAsk'>) {
  const roles = useDesk((state) => state.me.roles);
  const live = useDesk((state) => state.link.state === 'live');
  if (!roles.some((role) => role === 'reviewer' || role === 'admin')) return null;
  const given = { what: actOf(action), disabled: !live, onAsk };
  return (
    <>
      <UndoWhileItLasts action={action} {...given} />
      {supervised && <AuditButtons {...given} />}
    </>
  );
}

interface VerbProps {
  /** The act, for who hears the buttons out of their place. */
  readonly what: string;
  readonly disabled: boolean;
  readonly onAsk: (deed: Deed) => void;
}

/** The undo, for as long as its window is open; then, that it is over. */
function UndoWhileItLasts({ action: { state, undoUntil }, what, disabled, onAsk }: VerbProps & { action: Ran }) {
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

/** Good, bad, critical: what somebody finds who looks at an action after it has run. */
function AuditButtons({ what, disabled, onAsk }: VerbProps) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a box of its own
    <div className="row ran-acts" role="group" aria-labelledby={id}>
      <span className="soft small" id={id}>
        Audit it as
      </span>
      {(['good', 'bad', 'critical'] as const).map((finding) => (
        <button
          key={finding}
          type="button"
          className="btn small-btn"
          disabled={disabled}
          onClick={() => onAsk(finding)}
        >
          {finding[0]?.toUpperCase()}
          {finding.slice(1)}…<span className="vh"> {what}</span>
        </button>
      ))}
    </div>
  );
}
