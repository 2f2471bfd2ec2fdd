import { useMemo } from 'react';
import { VisibleText } from './visible-text.tsx';
import { startsChange, wordDiff } from './word-diff.ts';

/** A text with what went and what came in place; + and - are said to who cannot see the colours. */
export function WordDiff({ from, to }: { from: string; to: string }) {
  const parts = useMemo(() => wordDiff(from, to), [from, to]);
  return (
    <div className="rawtext worddiff">
      {parts.map(({ type, text }, index) => {
        // biome-ignore-start lint/suspicious/noArrayIndexKey: parts have no other identity
        if (type === 'same') return <VisibleText key={index} text={text} />;
        const start = startsChange(parts, index) || undefined;
        return type === 'added' ? (
          <ins key={index} data-change={start}>
            <span className="vh">added: </span>
            <VisibleText text={text} />
          </ins>
        ) : (
          <del key={index} data-change={start}>
            <span className="vh">removed: </span>
            <VisibleText text={text} />
          </del>
        );
        // biome-ignore-end lint/suspicious/noArrayIndexKey: parts have no other identity
      })}
    </div>
  );
}
