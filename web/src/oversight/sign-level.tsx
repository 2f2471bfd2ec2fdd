import { useDeskStore } from '../desk/use-desk.ts';
import { ActDialog } from '../shell/act-dialog.tsx';
import type { ActionType } from './use-action-types.ts';

interface SignLevelProps {
  readonly type: ActionType;
  readonly to: 'raise' | 'demote';
  readonly onClose: (changed: boolean) => void;
}

/** A level is changed by a person who says why: the numbers only advise. */
export default function SignLevel({ type, to, onClose }: SignLevelProps) {
  const store = useDeskStore();
  const { graduation, key } = type;
  const name = type.tool ?? key;
  const level = to === 'raise' ? (graduation?.next ?? null) : null;
  const act = async (reason: string) => {
    if (to === 'demote') await store.client.oversight.demote(key, reason);
    else if (level !== null) await store.client.oversight.sign(key, level, reason);
  };
  return (
    <ActDialog
      title={to === 'raise' ? `Raise ${name} to ${level}?` : `Take ${name} back to its own tier?`}
      reason={{
        label: 'Why',
        missing: 'Say why first; it is recorded under your name.',
        about: { act: level === null ? 'demote' : `raise to ${level}`, on: key },
      }}
      button={{ label: to === 'raise' ? `Sign: ${name} to ${level}` : `Sign: ${name} back` }}
      leave="Leave it as it is"
      onAct={act}
      onClose={onClose}
    >
      <p>
        {to === 'demote'
          ? 'From now on each call of it is asked about again, as its tool says.'
          : level === 'automatic'
            ? 'It then runs without asking; 5 % are drawn for a look afterwards.'
            : 'It then runs without asking, and can be undone while its window lasts.'}
      </p>
      {graduation && <Evidence graduation={graduation} />}
    </ActDialog>
  );
}

function Evidence({ graduation: { evidence, points, pointsToPass, upperBound } }: Required<Graduated>) {
  const { clean, bad, reviewers, days } = evidence;
  return (
    <dl className="facts">
      <dt>Evidence</dt>
      <dd>
        {clean} clean, {bad} bad, by {reviewers} {reviewers === 1 ? 'reviewer' : 'reviewers'} over {Math.floor(days)}{' '}
        days
      </dd>
      <dt>Points</dt>
      <dd>
        {Math.floor(points)} of {pointsToPass}
      </dd>
      <dt>Upper bound</dt>
      <dd>with 95 % confidence at most {(upperBound * 100).toFixed(1)} % are bad</dd>
    </dl>
  );
}

interface Graduated {
  readonly graduation: NonNullable<ActionType['graduation']>;
}
