import { type ReactNode, useId } from 'react';
import { linkTo } from '../router.ts';
import { CopyId } from '../text/copy-id.tsx';
import { At } from '../text/moments.tsx';
import { shortId, showPerson } from '../text/show-person.ts';
import { showDuration } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { BoundLine, boundWords } from './bound-line.tsx';
import { bars, line, linearScale } from './charts.ts';
import { allowedRate, counted, percent, wholePoints } from './level-words.ts';
import type { ActionType } from './use-action-types.ts';
import { WeekBars } from './week-bars.tsx';

const FRAME = { width: 200, height: 64 };

/**
 * All of the record of one type: week by week, decision by decision, and what a next level still lacks. `children`: what can
 * be done about it, where its line has no room for that.
 */
export function OpenedType({ type, children }: { type: ActionType; children: ReactNode }) {
  const { weeks, graduation, decisions } = type;
  const allowed = allowedRate(type);
  const last = weeks.at(-1);
  const [first, now] = boundWords(type, allowed);
  const total = weeks.reduce((sum, { decided }) => sum + decided, 0);
  const bad = weeks.reduce((sum, week) => sum + week.bad, 0);
  return (
    <div className="type-open">
      <div className="charts">
        <Chart
          name="Decided a week"
          value={String(last?.decided ?? 0)}
          feet={[`${total} in 8 weeks`, bad === 0 ? 'none rejected' : `${bad} in red`]}
        >
          <WeekBars weeks={weeks} large />
        </Chart>
        <Chart
          name="Median to decide"
          value={decisions.medianTookMs === null ? '' : showDuration(decisions.medianTookMs)}
          feet={['8 weeks ago', 'now']}
        >
          <TimeBars weeks={weeks} />
        </Chart>
        {graduation !== null && (
          <Chart name="Upper bound" value={`${percent(graduation.upperBound)} %`} feet={[first, now]}>
            <BoundLine weeks={weeks} allowed={allowed} />
          </Chart>
        )}
        {graduation !== null && graduation.next !== null && graduation.evidence.path.length > 1 && (
          <Chart
            name="Points, one by one"
            value={wholePoints(graduation.points)}
            feet={['the first', `${graduation.pointsToPass} to pass`]}
          >
            <PointsLine graduation={graduation} />
          </Chart>
        )}
      </div>
      <dl>
        <Fact name="Decided">{tallyWords(type)}</Fact>
        <Standing type={type} />
        <Audits type={type} />
        <Fact name="Counted as">
          <CopyId id={type.key} shown={type.key} what="the key" />
          <span className="quiet"> (another tool schema, model or policy begins anew)</span>
        </Fact>
      </dl>
      <div className="sign-open">{children}</div>
    </div>
  );
}

function Chart({
  name,
  value,
  feet: [left, right],
  children,
}: {
  name: string;
  value: string;
  feet: readonly [string, string];
  children: ReactNode;
}) {
  const id = useId();
  return (
    <figure aria-labelledby={id}>
      <figcaption>
        <span id={id}>{name}</span>
        <b>{value}</b>
      </figcaption>
      {children}
      <p className="feet">
        <span>{left}</span>
        <span>{right}</span>
      </p>
    </figure>
  );
}

function TimeBars({ weeks }: { weeks: ActionType['weeks'] }) {
  const values = weeks.map(({ medianTookMs }) => medianTookMs ?? 0);
  const words = weeks.map(({ medianTookMs }) => (medianTookMs === null ? 'none' : showDuration(medianTookMs)));
  return (
    <svg
      className="chart"
      viewBox={`0 0 ${FRAME.width} ${FRAME.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Median to decide, the oldest week first: ${words.join(', ')}`}
    >
      {bars(values, FRAME, { gap: 3, max: Math.max(1, ...values) }).map((bar, index) => (
        <g key={weeks[index]?.from}>
          <title>{words[index]}</title>
          <rect className="none" x={bar.x} y={FRAME.height - 1} width={bar.width} height={1} />
          <rect className="all" {...bar} />
        </g>
      ))}
    </svg>
  );
}

function PointsLine({ graduation: { evidence, pointsToPass, points } }: { graduation: Graduation }) {
  const { path } = evidence;
  const y = linearScale(FRAME, Math.min(0, ...path), Math.max(pointsToPass, ...path));
  return (
    <svg
      className="chart"
      viewBox={`0 -2 ${FRAME.width} ${FRAME.height + 4}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Points: now ${wholePoints(points)} of ${pointsToPass}`}
    >
      <path className="goal" d={`M0 ${y(pointsToPass).toFixed(1)}H${FRAME.width}`} />
      <path className="path" d={line(path, FRAME, y)} />
    </svg>
  );
}

type Graduation = NonNullable<ActionType['graduation']>;

function tallyWords({ decisions }: ActionType): string {
  const { approved, modified, material, rejected, answered, expired, undone } = decisions;
  const words = counted([
    [approved, 'approved'],
    [modified, material === modified ? 'modified' : `modified (${material} in substance)`],
    [rejected, 'rejected'],
    [answered, 'answered'],
    [expired, 'expired undecided'],
    [undone, 'undone'],
  ]);
  return words === '' ? 'nothing yet' : words;
}

/** What the level rests on, and what the next one lacks. */
function Standing({ type: { graduation, own } }: { type: ActionType }) {
  if (graduation === null) return null;
  const { signed, evidence, missing, next } = graduation;
  const { clean, bad, names, days } = evidence;
  return (
    <>
      <Fact name="Level">
        {signed === null ? (
          `as the tool says: ${own}`
        ) : (
          <>
            signed by <b>{showPerson(signed.by)}</b>, <At at={signed.since} />: “
            <VisibleText text={signed.reason} />”
          </>
        )}
      </Fact>
      <Fact name="Evidence since">
        {clean} clean, {bad} bad
        {names.length > 0 &&
          `, by ${names.map(showPerson).join(' and ')} over ${Math.floor(days)} ${Math.floor(days) === 1 ? 'day' : 'days'}`}
      </Fact>
      {next !== null && (
        <Fact name={`Lacks for ${next}`}>
          {missing.length === 0 ? 'nothing: a person may sign' : <VisibleText text={missing.join(' ')} />}
        </Fact>
      )}
    </>
  );
}

function Audits({ type: { decisions, awaitingAudit } }: { type: ActionType }) {
  const { good, bad, critical } = decisions.audits;
  const words = counted([
    [good, 'good'],
    [bad, 'bad'],
    [critical, 'critical'],
  ]);
  if (words === '' && awaitingAudit.length === 0) return null;
  return (
    <Fact name="Looked at after">
      {words === '' ? 'none yet' : words}
      {awaitingAudit.length > 0 && (
        <>
          ; {awaitingAudit.length === 1 ? '1 waits' : `${awaitingAudit.length} wait`} for a look:{' '}
          {awaitingAudit.slice(0, 6).map(({ runId, actionId }) => (
            <a key={actionId} {...linkTo({ page: 'run', runId })}>
              run {shortId(runId)}{' '}
            </a>
          ))}
        </>
      )}
    </Fact>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
