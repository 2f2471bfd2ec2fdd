import type { ReactNode } from 'react';
import type { Hold, Verdict } from '../../../src/client/index.ts';
import { useDesk } from '../desk/use-desk.ts';
import type { Edited, Problem } from '../edit/edit-state.ts';
import { Icon } from '../shell/icons.tsx';
import { At } from '../text/moments.tsx';
import { showPerson } from '../text/show-person.ts';
import { showDuration } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { MOD_ENTER, useKeys } from '../use-keys.ts';
import { approveLabel } from './act-sentence.ts';
import type { Mode } from './hold-item.tsx';
import { choicesOf, optionsOf } from './respond-state.ts';

export interface DecisionBarProps {
  readonly hold: Hold;
  readonly mode: Mode;
  /** Why nothing can be decided now; 'claimed' where somebody else has it. */
  readonly blocked: string | null;
  readonly notice: string | null;
  readonly edited: Edited;
  readonly problems: readonly Problem[];
  /** Something is half written about this hold. */
  readonly hasWords: boolean;
  /** What the reviewer gave as reason for an edit or an answer. */
  readonly reason: string;
  readonly choice: string | null;
  readonly claimHolder: string | null;
  readonly now: number;
  readonly can: (verdict: Verdict) => boolean;
  readonly onApprove: () => void;
  readonly onApproveEdit: () => void;
  readonly onRespond: () => void;
  readonly onMode: (mode: Mode) => void;
  readonly onDiscard: () => void;
  readonly onClaim: (takeOver: boolean) => void;
  readonly onRelease: () => void;
  readonly onNext: () => void;
}

interface Primary {
  readonly label: string;
  readonly act: () => void;
  /** What is missing, said beside the button. */
  readonly missing: string | null;
  readonly quick: boolean;
}

/** The act first and largest, then the other verbs; the claim at the right. */
export function DecisionBar(props: DecisionBarProps) {
  const { hold, mode, blocked, notice, can, onMode, onDiscard, onNext } = props;
  const me = useDesk((state) => state.me.user);
  const primary = withReason(primaryOf(props, me), props);
  const ready = primary !== null && blocked === null && primary.missing === null;
  const act = () => {
    if (ready) primary.act();
  };
  useKeys({ a: primary?.quick ? act : undefined, 'mod+Enter': act });
  if (hold.status !== 'open') return <Closed hold={hold} kept={props.hasWords} onNext={onNext} />;
  return (
    <section className="decide" aria-label="Decide">
      {primary !== null && (
        <button
          type="button"
          className="btn primary"
          data-verb="approve"
          aria-disabled={!ready}
          aria-describedby="missing"
          onClick={act}
        >
          <span className="cut">{primary.label}</span> <kbd>{primary.quick ? 'a' : MOD_ENTER}</kbd>
        </button>
      )}
      <span id="missing" className="missing" role="status">
        <Missing {...props} missing={primary?.missing ?? null} />
      </span>
      {mode === 'edit' ? (
        <button type="button" className="btn" onClick={onDiscard}>
          Discard the edit <kbd>esc</kbd>
        </button>
      ) : (
        <>
          {can('modify') && (
            <button type="button" className="btn" data-verb="edit" onClick={() => onMode('edit')}>
              Edit <kbd>e</kbd>
            </button>
          )}
          {can('reject') && (
            <button type="button" className="btn" data-verb="reject" onClick={() => onMode('reject')}>
              Reject… <kbd>r</kbd>
            </button>
          )}
          <button type="button" className="btn" data-verb="comment" onClick={() => onMode('comment')}>
            Comment <kbd>c</kbd>
          </button>
        </>
      )}
      <ClaimWords {...props} me={me} />
      {notice && (
        <p className="bar-notice" role="alert">
          <Icon name="alert" />
          {notice}
        </p>
      )}
    </section>
  );
}

function primaryOf(
  {
    hold,
    mode,
    edited,
    problems,
    choice,
    claimHolder,
    can,
    onApprove,
    onApproveEdit,
    onRespond,
    onClaim,
  }: DecisionBarProps,
  me: string,
): Primary | null {
  const fix = wordsOfProblems(problems);
  if (mode === 'edit') {
    const count = edited.changed.includes('') ? 1 : edited.changed.length;
    const label =
      count === 0
        ? 'Approve with your changes'
        : `Approve with ${edited.changed.includes('') ? 'your changes' : count === 1 ? '1 change' : `${count} changes`}`;
    return {
      label,
      act: onApproveEdit,
      missing: fix ?? (count === 0 ? 'Nothing is changed yet.' : null),
      quick: false,
    };
  }
  if (can('approve')) return { label: approveLabel(hold), act: onApprove, missing: null, quick: true };
  if (!can('respond')) return null;
  switch (hold.kind) {
    case 'human':
      if (claimHolder !== me)
        return {
          label: `Claim it: I will do ${hold.action?.tool ?? 'it'}`,
          act: () => onClaim(false),
          missing: null,
          quick: true,
        };
      return { label: `Record ${hold.action?.tool ?? 'it'} as done`, act: onRespond, missing: fix, quick: false };
    case 'question': {
      const written = typeof edited.value === 'string' && edited.value.trim() !== '';
      const answered = optionsOf(hold).length > 0 ? choice !== null : written;
      return {
        label: 'Send the answer',
        act: onRespond,
        missing: answered ? null : optionsOf(hold).length > 0 ? 'Choose an answer.' : 'Write an answer.',
        quick: false,
      };
    }
    default: {
      const missing = choice === null ? `Choose: ${choicesOf(hold).join(', ')}.` : choice === 'use' ? fix : null;
      return { label: choiceLabel(hold, choice), act: onRespond, missing, quick: false };
    }
  }
}

/** An edit or an answer that the policy refuses without words says so beside the button. */
function withReason(primary: Primary | null, { hold, mode, can, reason }: DecisionBarProps): Primary | null {
  if (primary === null || primary.missing !== null || reason.trim() !== '') return primary;
  const verdict = mode === 'edit' ? 'modify' : can('approve') ? 'approve' : 'respond';
  if (verdict === 'approve' || primary.quick || !hold.review.reasonRequired.includes(verdict)) return primary;
  return { ...primary, missing: 'Say why: this policy asks for it.' };
}

function choiceLabel({ task, crew, action }: Hold, choice: string | null): string {
  const what = action?.tool ?? task ?? crew ?? 'it';
  switch (choice) {
    case 'retry':
      return `Retry ${what}`;
    case 'use':
      return `Use this as the result of ${what}`;
    case 'skip':
      return `Skip ${task ?? what}`;
    case 'fail':
      return `Let ${task ?? what} fail`;
    default:
      return `Decide how ${what} goes on`;
  }
}

/** What keeps the button from being pressed; what was not written yet is no mistake. */
function wordsOfProblems(problems: readonly Problem[]): string | null {
  const wrong = problems.filter(({ missing }) => missing !== true);
  if (wrong.length > 0) return `${wrong.length} ${wrong.length === 1 ? 'field' : 'fields'} to fix${named(wrong)}`;
  return problems.length === 0 ? null : `Still to write${named(problems)}`;
}

function named(problems: readonly Problem[]): string {
  const keys = [...new Set(problems.map(({ key }) => key))].filter((key) => key !== '');
  return keys.length === 0 ? '' : `: ${keys.slice(0, 3).join(', ')}`;
}

function Missing({
  hold,
  blocked,
  missing,
  claimHolder,
  problems,
  onClaim,
}: DecisionBarProps & { missing: string | null }): ReactNode {
  if (blocked === 'claimed' && claimHolder !== null) {
    return (
      <>
        {showPerson(claimHolder)} has it until {hold.claimedUntil !== null && <At at={hold.claimedUntil} />}.{' '}
        <button type="button" className="link" onClick={() => onClaim(true)}>
          Take it over
        </button>
      </>
    );
  }
  // While it is only being looked at, nothing flickers beside the button.
  if (blocked !== null && blocked !== 'Read it first.') return blocked;
  if (missing === null) return null;
  return problems.length > 0 && missing.includes('to fix') ? (
    <span className="fix">
      <Icon name="alert" />
      {missing}
    </span>
  ) : (
    missing
  );
}

function ClaimWords({
  hold,
  claimHolder,
  now,
  me,
  blocked,
  can,
  onClaim,
  onRelease,
}: DecisionBarProps & { me: string }) {
  if (!can('approve') && !can('respond')) return null;
  if (claimHolder === me && hold.claimedUntil !== null) {
    return (
      <span className="claimed is-mine">
        <Icon name="check" />
        Claimed by you, {showDuration(Date.parse(hold.claimedUntil) - now)}
        <button type="button" className="link" onClick={onRelease}>
          Release
        </button>
      </span>
    );
  }
  if (claimHolder !== null || hold.kind === 'human') return null;
  return (
    <span className="claimed">
      <button type="button" className="link" disabled={blocked === 'Not connected.'} onClick={() => onClaim(false)}>
        Claim it
      </button>
      <kbd>m</kbd>
    </span>
  );
}

const PAST: Readonly<Record<Hold['status'], string>> = {
  open: 'open',
  approved: 'approved',
  modified: 'modified and approved',
  rejected: 'rejected',
  answered: 'answered',
  expired: 'expired: nobody answered in time',
  cancelled: 'withdrawn: the run does not need it any more',
};

function Closed({ hold, kept, onNext }: { hold: Hold; kept: boolean; onNext: () => void }) {
  const { status, decidedBy, closedAt, history } = hold;
  const reason = history.at(-1)?.reason;
  return (
    <section className="decide" aria-label="Decided">
      <p className="closed" role="status">
        <b>{PAST[status]}</b>
        {decidedBy.length > 0 && ` by ${decidedBy.map(showPerson).join(' and ')}`}
        {closedAt !== null && (
          <>
            , <At at={closedAt} />
          </>
        )}
        {reason && decidedBy.length > 0 && (
          <>
            : <VisibleText text={reason} />
          </>
        )}
        {kept && '. What you wrote is kept below.'}
      </p>
      <button type="button" className="btn" onClick={onNext}>
        Next in the queue <kbd>j</kbd>
      </button>
    </section>
  );
}
