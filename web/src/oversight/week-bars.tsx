import { bars } from './charts.ts';
import type { ActionType } from './use-action-types.ts';

type Weeks = ActionType['weeks'];
const SMALL = { width: 78, height: 22 };
const LARGE = { width: 200, height: 64 };

/** How many were decided each week, and in red how many of them were rejected or changed. */
export function WeekBars({ weeks, large = false }: { weeks: Weeks; large?: boolean }) {
  const frame = large ? LARGE : SMALL;
  const most = Math.max(1, ...weeks.map(({ decided }) => decided));
  const all = bars(
    weeks.map(({ decided }) => decided),
    frame,
    { gap: 3, max: most },
  );
  const bad = bars(
    weeks.map((week) => week.bad),
    frame,
    { gap: 3, max: most },
  );
  return (
    <svg
      className={large ? 'chart' : 'week-bars'}
      viewBox={`0 0 ${frame.width} ${frame.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={labelOf(weeks)}
    >
      {all.map((bar, index) => (
        <g key={weeks[index]?.from}>
          <rect className="none" x={bar.x} y={frame.height - 1} width={bar.width} height={1} />
          <rect className="all" {...bar} />
          <rect className="bad" {...bad[index]} />
        </g>
      ))}
    </svg>
  );
}

function labelOf(weeks: Weeks): string {
  const decided = weeks.map((week) => week.decided).join(', ');
  const bad = weeks.map((week) => week.bad).join(', ');
  return `Decided a week, the oldest first: ${decided}; rejected or changed: ${bad}`;
}
