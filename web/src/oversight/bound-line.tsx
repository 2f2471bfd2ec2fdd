import { line, logScale } from './charts.ts';
import { percent } from './level-words.ts';
import type { ActionType } from './use-action-types.ts';

const FRAME = { width: 200, height: 64 };

/** With 95 % confidence at most this share is bad, week by week on a log scale; dashed: what the next level allows. */
export function BoundLine({ weeks, allowed }: { weeks: ActionType['weeks']; allowed: number | null }) {
  const y = logScale(FRAME);
  const values = weeks.map(({ upperBound }) => upperBound);
  const known = values.filter((value) => value !== null);
  return (
    <svg
      className="chart"
      viewBox={`0 -2 ${FRAME.width} ${FRAME.height + 4}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Upper bound in percent, the oldest week first: ${known.map(percent).join(', ')}`}
    >
      {allowed !== null && <path className="goal" d={`M0 ${y(allowed).toFixed(1)}H${FRAME.width}`} />}
      <path className="path" d={line(values, FRAME, y)} />
    </svg>
  );
}

/** What the line comes to, in words. */
export function boundWords({ weeks }: Pick<ActionType, 'weeks'>, allowed: number | null): readonly [string, string] {
  const first = weeks.findIndex(({ upperBound }) => upperBound !== null);
  const before = weeks[first]?.upperBound ?? null;
  const now = weeks.at(-1)?.upperBound ?? null;
  const ago = weeks.length - first;
  return [
    before === null ? '' : `${Math.round(before * 100)} % ${ago === 1 ? 'this week' : `${ago} weeks ago`}`,
    now === null || allowed === null ? '' : `${now <= allowed ? 'below' : 'above'} ${allowed * 100} %`,
  ];
}
