import { lazy, Suspense, useState } from 'react';
import { useDesk } from '../desk/use-desk.ts';
import { wordsOfCode } from '../hold/reason-codes.ts';
import { Icon, Mark, type MarkName } from '../shell/icons.tsx';
import { showDuration } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { useTitle } from '../use-title.ts';
import { type ActionType, useActionTypes } from './use-action-types.ts';

const SignLevel = lazy(() => import('./sign-level.tsx'));

/** How much each action type is watched, and what its record says. A table first. */
export default function OversightPage() {
  const { types, problem, reload } = useActionTypes();
  const roles = useDesk((state) => state.me.roles);
  const [signing, setSigning] = useState<{ readonly type: ActionType; readonly to: 'raise' | 'demote' } | null>(null);
  useTitle('Oversight');
  const may = roles.some((role) => role === 'reviewer' || role === 'admin');
  const shown = [...(types ?? [])].sort(
    (a, b) =>
      Number(b.graduation?.promotable ?? false) - Number(a.graduation?.promotable ?? false) ||
      b.decisions.total - a.decisions.total,
  );
  const patterns = shown
    .flatMap((type) => type.reasons.map((pattern) => ({ type, pattern })))
    .sort((a, b) => b.pattern.count - a.pattern.count);
  const paths = shown.filter(({ graduation }) => (graduation?.evidence.path.length ?? 0) > 1).slice(0, 8);
  return (
    <main className="page greys">
      <div className="wrap">
        <div className="pagehead">
          <h1>Oversight</h1>
          <p>How much each action type is watched, and what the record says. A level changes only by a signature.</p>
        </div>
        {problem !== null && (
          <p className="err" role="alert">
            {problem}
          </p>
        )}
        <section className="panel scroll-x" aria-label="Action types">
          {shown.length === 0 ? (
            <p className="panel-empty quiet" role="status">
              {types === null
                ? problem === null
                  ? 'Reading the record…'
                  : 'The record cannot be shown.'
                : 'Nothing was decided yet. The record begins with the first decision.'}
            </p>
          ) : (
            <table className="table">
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
                  <th scope="col" className="num">
                    Upper bound %
                  </th>
                  <th scope="col" className="num">
                    Median to decide
                  </th>
                  <th scope="col">Points to the next level</th>
                  <th scope="col">
                    <span className="vh">Change the level</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map((type) => (
                  <TypeRow key={type.key} type={type} may={may} onSign={(to) => setSigning({ type, to })} />
                ))}
              </tbody>
            </table>
          )}
        </section>
        {paths.length > 0 && (
          <section className="panel" aria-labelledby="paths-head">
            <header>
              <h2 id="paths-head">Points, decision by decision</h2>
              <span className="push">dashed: enough for the next level</span>
            </header>
            <div className="sparks">
              {paths.map((type) => (
                <Spark key={type.key} type={type} />
              ))}
            </div>
          </section>
        )}
        {patterns.length > 0 && (
          <section className="panel" aria-labelledby="reasons-head">
            <header>
              <h2 id="reasons-head">Why people reject or change</h2>
              <span className="push">what the reasons have in common</span>
            </header>
            <ul>
              {patterns.slice(0, 12).map(({ type, pattern }) => (
                <li className="pattern" key={`${type.key} ${pattern.by} ${pattern.what}`}>
                  <span>
                    <VisibleText text={pattern.by === 'code' ? wordsOfCode(pattern.what) : pattern.what} />
                  </span>
                  <span className="meter" role="img" aria-label={`${pattern.count} of ${pattern.of}`}>
                    <i style={{ width: `${(pattern.count / Math.max(1, pattern.of)) * 100}%` }} />
                  </span>
                  <b className="num">{pattern.count}</b>
                  <span className="soft wide">
                    {pattern.said[0] !== undefined && (
                      <>
                        “<VisibleText text={pattern.said[0]} />”{' '}
                      </>
                    )}
                    {nameOf(type)}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        )}
        {signing && (
          <Suspense>
            <SignLevel
              type={signing.type}
              to={signing.to}
              onClose={(changed) => {
                setSigning(null);
                if (changed) reload();
              }}
            />
          </Suspense>
        )}
      </div>
    </main>
  );
}

export function nameOf({ tool, task, key }: Pick<ActionType, 'tool' | 'task' | 'key'>): string {
  return tool ?? task ?? key;
}

function levelOf({ kind, graduation, own }: ActionType): { readonly mark: MarkName; readonly word: string } {
  if (kind === 'task') return { mark: 'confirm', word: 'confirm' };
  const level = graduation?.level ?? own ?? 'approval';
  return level === 'computed' ? { mark: 'approval', word: 'computed' } : { mark: level, word: level };
}

function TypeRow({ type, may, onSign }: { type: ActionType; may: boolean; onSign: (to: 'raise' | 'demote') => void }) {
  const { decisions, graduation, crew, model } = type;
  const { mark, word } = levelOf(type);
  const rejected = decisions.total === 0 ? null : (decisions.rejected / decisions.total) * 100;
  return (
    <tr className={graduation?.promotable ? 'is-promotable' : undefined}>
      <th scope="row">
        <code>{nameOf(type)}</code>
        <span className="key">{[crew, model].filter(Boolean).join(', ')}</span>
      </th>
      <td>
        <span className={`tier t-${mark}`}>
          <Mark name={mark} />
          {word}
        </span>
      </td>
      <td className="num">{decisions.total}</td>
      <td className="num">{rejected === null ? '' : rejected.toFixed(1)}</td>
      <td className="num">
        {graduation === null || decisions.total === 0 ? '' : (graduation.upperBound * 100).toFixed(1)}
      </td>
      <td className="num">{decisions.medianTookMs === null ? '' : showDuration(decisions.medianTookMs)}</td>
      <td>
        <Points type={type} />
      </td>
      <td className="num">
        {may && graduation?.promotable && graduation.next !== null && (
          <button type="button" className="btn small-btn" onClick={() => onSign('raise')}>
            Raise to {graduation.next}…
          </button>
        )}
        {may && graduation?.signed && (
          <button type="button" className="btn small-btn" onClick={() => onSign('demote')}>
            Back to {type.own ?? 'its own tier'}…
          </button>
        )}
      </td>
    </tr>
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
  if (graduation.next === null) return <span className="soft">top level, spot-checked</span>;
  const { points, pointsToPass, missing, demote, next } = graduation;
  const share = Math.max(0, Math.min(1, points / Math.max(1, pointsToPass)));
  return (
    <span className="row" title={missing.join('\n')}>
      <span className="meter meter-72" role="img" aria-label={`${Math.floor(points)} of ${pointsToPass} points`}>
        <i style={{ width: `${share * 100}%` }} />
      </span>
      <b>{Math.floor(points)}</b> of {pointsToPass} <span className="soft">to {next}</span>
      {demote !== null && (
        <span className="tag bad">
          to be demoted: {demote === 'critical' ? 'critical finding' : 'too many bad ones'}
        </span>
      )}
    </span>
  );
}

function Spark({ type }: { type: ActionType }) {
  const path = type.graduation?.evidence.path ?? [];
  const goal = type.graduation?.pointsToPass ?? 0;
  const [low, high] = [Math.min(0, ...path), Math.max(goal, ...path)];
  const y = (points: number) => 60 - ((points - low) / Math.max(1, high - low)) * 56;
  const x = (index: number) => (index / Math.max(1, path.length - 1)) * 200;
  return (
    <figure>
      <figcaption>
        <code>{nameOf(type)}</code>
        <b>{Math.floor(path.at(-1) ?? 0)}</b>
      </figcaption>
      <svg
        className="spark"
        viewBox="0 0 200 64"
        preserveAspectRatio="none"
        role="img"
        aria-label={`Points of ${nameOf(type)}: now ${Math.floor(path.at(-1) ?? 0)} of ${goal}`}
      >
        <path className="goal" d={`M0 ${y(goal)}H200`} />
        <path
          className="path"
          d={path
            .map((points, index) => `${index === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(points).toFixed(1)}`)
            .join('')}
        />
      </svg>
    </figure>
  );
}
