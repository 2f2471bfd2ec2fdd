import { memo } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { useDesk } from '../desk/use-desk.ts';
import { plainText } from '../hidden-characters.ts';
import { rowWords } from '../hold/act-sentence.ts';
import { linkTo } from '../router.ts';
import { Icon } from '../shell/icons.tsx';
import { showPerson } from '../text/show-person.ts';
import { showDuration, showExact } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { isBatchable } from './batch.ts';

interface QueueRowProps {
  readonly hold: Hold;
  readonly now: number;
  readonly open: boolean;
  readonly selected: boolean;
  /** Its box is there without being pointed at. */
  readonly picking: boolean;
  readonly onSelect: (hold: Hold) => void;
}

/** Two lines: verb, object and amount; place and deadline. */
export const QueueRow = memo(
  function QueueRow({ hold, now, open, selected, picking, onSelect }: QueueRowProps) {
    const { verb, object, amount } = rowWords(hold);
    return (
      <div className={selected ? 'row-frame is-selected' : 'row-frame'}>
        <a className="hold" {...linkTo({ page: 'hold', holdId: hold.id })} aria-current={open ? 'true' : undefined}>
          <span className="line">
            <span className="cut">
              <code className="verb">{verb}</code>{' '}
              <span className="obj">
                <VisibleText text={object} />
              </span>
            </span>
            <span className={/\d/.test(amount) && !amount.endsWith('words') ? 'amt' : 'amt amt-quiet'}>{amount}</span>
          </span>
          <span className="line">
            <span className="sub cut">
              {hold.crew}
              {hold.task === null ? '' : ` / ${hold.task}`}{' '}
              {hold.revision > 1 && <span className="tag chg">revision {hold.revision}</span>}
              <ClaimTag hold={hold} now={now} />
            </span>
            <DueWords hold={hold} now={now} />
          </span>
        </a>
        {isBatchable(hold) && (
          // biome-ignore lint/a11y/useSemanticElements: a native box cannot be drawn as this one is
          <button
            type="button"
            className="pick"
            role="checkbox"
            aria-checked={selected}
            aria-label={`Select ${verb} ${plainText(object).slice(0, 60)}`}
            onClick={() => onSelect(hold)}
            tabIndex={open || picking ? 0 : -1}
          >
            <span className="pick-box">{selected && <Icon name="check" small />}</span>
          </button>
        )}
      </div>
    );
  },
  (before, after) =>
    before.hold === after.hold &&
    before.open === after.open &&
    before.selected === after.selected &&
    before.picking === after.picking &&
    before.onSelect === after.onSelect &&
    Math.floor(before.now / 10_000) === Math.floor(after.now / 10_000),
);

function ClaimTag({ hold, now }: { hold: Hold; now: number }) {
  const me = useDesk((state) => state.me.user);
  const { claimedBy, claimedUntil } = hold;
  if (claimedBy === null || claimedUntil === null || Date.parse(claimedUntil) <= now) return null;
  return <span className="tag">{claimedBy === me ? 'you have it' : `${showPerson(claimedBy)} has it`}</span>;
}

export function DueWords({ hold, now }: { hold: Hold; now: number }) {
  const { dueAt } = hold.review;
  if (dueAt === null) return <span className="due">no deadline</span>;
  const left = Date.parse(dueAt) - now;
  return (
    <time className={left <= 0 ? 'due is-over' : 'due'} dateTime={dueAt} title={showExact(dueAt)}>
      {left <= 0 ? `${showDuration(-left)} over` : showDuration(left)}
    </time>
  );
}
