import { Fragment, useState } from 'react';
import { Icon, Mark } from '../shell/icons.tsx';
import { showDuration } from '../text/show-time.ts';
import { levelOf, percent, wholePoints } from './level-words.ts';
import { OpenedType } from './opened-type.tsx';
import { nameOf } from './reasons.ts';
import type { ActionType } from './use-action-types.ts';
import { WeekBars } from './week-bars.tsx';

const COLUMNS = 9;

interface TypeTableProps {
  readonly types: readonly ActionType[];
  /** Whether the reader may change a level. */
  readonly may: boolean;
  readonly onSign: (type: ActionType, to: 'raise' | 'demote') => void;
}

/** A line a type: how it is watched, what was decided, and how far the next level is. A line opens in place. */
export function TypeTable({ types, may, onSign }: TypeTableProps) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <table className="table types">
      <thead>
        <tr>
          <th scope="col">Action type</th>
          <th scope="col">Level</th>
          <th scope="col" className="num">
            Decided
          </th>
          <th scope="col" className="num">
            Rejected %
          </th>
          <th scope="col" className="num roomy" title="Clopper-Pearson, one-sided, 95 %">
            Upper bound %
          </th>
          <th scope="col" className="num median">
            Median to decide
          </th>
          <th
            scope="col"
            className="weeks"
            title="Decided each week; in red those that were rejected, or changed into something else"
          >
            8 weeks, <span className="bad">rejected</span>
          </th>
          <th scope="col" className="roomy">
            Points to the next level
          </th>
          <th scope="col" className="sign">
            <span className="vh">Change the level</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {types.map((type) => (
          <Fragment key={type.key}>
            <Line
              type={type}
              may={may}
              open={open === type.key}
              onOpen={() => setOpen(open === type.key ? null : type.key)}
              onSign={(to) => onSign(type, to)}
            />
            {open === type.key && (
              <tr className="opened">
                <td colSpan={COLUMNS}>
                  <OpenedType type={type}>
                    <ChangeLevel type={type} may={may} onSign={(to) => onSign(type, to)} />
                  </OpenedType>
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

interface LineProps {
  readonly type: ActionType;
  readonly may: boolean;
  readonly open: boolean;
  readonly onOpen: () => void;
  readonly onSign: (to: 'raise' | 'demote') => void;
}

function Line({ type, may, open, onOpen, onSign }: LineProps) {
  const { decisions, graduation, crew, model, weeks } = type;
  const { mark, word } = levelOf(type);
  const { total, rejected, medianTookMs } = decisions;
  const state = open ? 'is-open' : graduation?.promotable ? 'is-promotable' : undefined;
  return (
    <tr className={state}>
      <th scope="row">
        <button type="button" className="expand" aria-expanded={open} onClick={onOpen}>
          <Icon name={open ? 'down' : 'right'} small />
          <span>
            <code>{nameOf(type)}</code>
            <span className="key">{[crew, model].filter(Boolean).join(', ')}</span>
          </span>
        </button>
      </th>
      <td>
        <span className={`tier t-${mark}`}>
          <Mark name={mark} />
          {word}
        </span>
      </td>
      <td className="num">{total.toLocaleString('en-US')}</td>
      <td className="num">{total === 0 ? '' : percent(rejected / total)}</td>
      <td className="num roomy">{graduation === null || total === 0 ? '' : percent(graduation.upperBound)}</td>
      <td className="num median">{medianTookMs === null ? '' : showDuration(medianTookMs)}</td>
      <td className="weeks">{total > 0 && <WeekBars weeks={weeks} />}</td>
      <td className="roomy">
        <Points type={type} />
      </td>
      <td className="num sign">
        <ChangeLevel type={type} may={may} onSign={onSign} />
      </td>
    </tr>
  );
}

/** What a signature may change now; beside the line where there is room, else in what the line opens. */
function ChangeLevel({ type, may, onSign }: Pick<LineProps, 'type' | 'may' | 'onSign'>) {
  const { graduation, own } = type;
  if (!may || graduation === null) return null;
  return (
    <>
      {graduation.promotable && graduation.next !== null && (
        <button type="button" className="btn small-btn" onClick={() => onSign('raise')}>
          Raise to {graduation.next}…
        </button>
      )}
      {graduation.signed && graduation.level !== (own ?? 'approval') && (
        <button type="button" className="btn small-btn" onClick={() => onSign('demote')}>
          {own === null || own === 'computed' ? 'Back to its own tier…' : `Back to ${own}…`}
        </button>
      )}
    </>
  );
}

function Points({ type: { kind, graduation, reversible } }: { type: ActionType }) {
  if (kind === 'task') return <span className="soft">outputs never graduate</span>;
  if (!reversible) {
    return (
      <span className="soft row">
        <Icon name="noUndo" />
        never by numbers: cannot be undone
      </span>
    );
  }
  if (graduation === null) return <span className="soft">never by numbers</span>;
  if (graduation.next === null) return <span className="soft">top level, 5 % spot-checked</span>;
  const { points, pointsToPass, missing, demote, next } = graduation;
  const share = Math.max(0, Math.min(1, points / Math.max(1, pointsToPass)));
  return (
    <span className="row" title={missing.join('\n')}>
      <span
        className={share === 1 ? 'meter meter-72 is-full' : 'meter meter-72'}
        role="img"
        aria-label={`${wholePoints(points)} of ${pointsToPass} points`}
      >
        <i style={{ width: `${share * 100}%` }} />
      </span>
      <b>{wholePoints(points)}</b> of {pointsToPass} <span className="soft">to {next}</span>
      {demote !== null && (
        <span className="tag bad">
          to be demoted: {demote === 'critical' ? 'critical finding' : 'too many bad ones'}
        </span>
      )}
    </span>
  );
}
