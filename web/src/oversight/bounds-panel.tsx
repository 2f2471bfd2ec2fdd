import { BoundLine, boundWords } from './bound-line.tsx';
import { allowedRate, percent } from './level-words.ts';
import { nameOf } from './reasons.ts';
import type { ActionType } from './use-action-types.ts';

const SHOWN = 6;

/** How sure the record makes us, week by week: a small chart a type that may graduate. */
export function BoundsPanel({ types }: { types: readonly ActionType[] }) {
  const shown = types
    .filter(
      (type) => allowedRate(type) !== null && type.weeks.filter(({ upperBound }) => upperBound !== null).length > 1,
    )
    .slice(0, SHOWN);
  if (shown.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="bounds-head">
      <header>
        <h2 id="bounds-head">Upper bound, week by week</h2>
        <span>log scale</span>
        <span className="push row">
          <i className="dashes" aria-hidden="true" />
          allowed
        </span>
      </header>
      <div className="charts">
        {shown.map((type) => (
          <Bound key={type.key} type={type} among={shown} />
        ))}
      </div>
    </section>
  );
}

function Bound({ type, among }: { type: ActionType; among: readonly ActionType[] }) {
  const allowed = allowedRate(type);
  const [first, now] = boundWords(type, allowed);
  const isTwice = among.some((other) => other !== type && nameOf(other) === nameOf(type));
  return (
    <figure>
      <figcaption>
        <span className="cut">
          <code>{nameOf(type)}</code>
          {isTwice && <span className="quiet"> {type.crew}</span>}
        </span>
        <b>{percent(type.graduation?.upperBound ?? 1)} %</b>
      </figcaption>
      <BoundLine weeks={type.weeks} allowed={allowed} />
      <p className="feet">
        <span>{first}</span>
        <span>{now}</span>
      </p>
    </figure>
  );
}
