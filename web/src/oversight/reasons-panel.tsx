import type { ReactNode } from 'react';
import { wordsOfCode } from '../hold/reason-codes.ts';
import { linkTo } from '../router.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { type InCommon, inCommon, type RejectedFor, rejectedFor } from './reasons.ts';
import type { ActionType } from './use-action-types.ts';

const SHOWN = 8;

/** Why people reject or change, by the reasons that they chose. */
export function ReasonsPanel({ types }: { types: readonly ActionType[] }) {
  const reasons = rejectedFor(types);
  const most = Math.max(1, ...reasons.map(({ count }) => count));
  const total = reasons.reduce((sum, { count }) => sum + count, 0);
  if (reasons.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="reasons-head">
      <header>
        <h2 id="reasons-head">Why people reject</h2>
        <span>{total === 1 ? '1 reason given' : `${total} reasons given`}</span>
        <span className="push wide">the newest words of each</span>
      </header>
      <ul>
        {reasons.slice(0, SHOWN).map((reason) => (
          <Pattern
            key={reason.code}
            what={<VisibleText text={wordsOfCode(reason.code)} />}
            count={reason.count}
            of={most}
            said={reason.said}
            where={typesWords(reason)}
          />
        ))}
      </ul>
      <p className="panel-foot">
        <a {...linkTo({ page: 'audit', query: 'outcome=rejected' })}>All rejections</a>
      </p>
    </section>
  );
}

/** What rejected and changed proposals share: a value, a range, an argument that people put right. */
export function InCommonPanel({ types }: { types: readonly ActionType[] }) {
  const patterns = inCommon(types);
  if (patterns.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="common-head">
      <header>
        <h2 id="common-head">What they have in common</h2>
        <span className="push wide">rejected or changed, of all that were decided and share it</span>
      </header>
      <ul>
        {patterns.slice(0, SHOWN).map((pattern) => (
          <Pattern
            key={`${pattern.key} ${pattern.by} ${pattern.what}`}
            what={<VisibleText text={patternWords(pattern)} />}
            count={pattern.count}
            of={pattern.of}
            ofShown
            said={pattern.said}
            where={pattern.name}
          />
        ))}
      </ul>
    </section>
  );
}

interface PatternProps {
  readonly what: ReactNode;
  readonly count: number;
  /** What the bar is measured against. */
  readonly of: number;
  readonly ofShown?: boolean;
  readonly said: string | null;
  readonly where: string;
}

function Pattern({ what, count, of, ofShown = false, said, where }: PatternProps) {
  return (
    <li className="pattern">
      <span className="pattern-what">{what}</span>
      <span className="meter" aria-hidden="true">
        <i style={{ width: `${(count / Math.max(1, of)) * 100}%` }} />
      </span>
      <b className="num">
        {count}
        {ofShown && <span className="soft"> of {of}</span>}
      </b>
      <span className="soft pattern-said">
        {said !== null && (
          <>
            “<VisibleText text={said} />”{' '}
          </>
        )}
        <span className="quiet">
          <VisibleText text={where} />
        </span>
      </span>
    </li>
  );
}

function typesWords({ types }: RejectedFor): string {
  if (types.length > 3) return `${types.length} action types`;
  return types.map(({ name, count }) => (types.length === 1 ? name : `${name} ${count}`)).join(', ');
}

function patternWords({ by, what }: InCommon): string {
  const name = what.replace(/^\//, '');
  if (by === 'changed') return name === '' ? 'the text was changed' : `${name} was changed`;
  return by === 'agent' ? `proposed by ${what}` : name;
}
