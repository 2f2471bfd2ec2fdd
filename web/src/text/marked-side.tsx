import { VisibleText } from './visible-text.tsx';
import { wordDiff } from './word-diff.ts';

/** One side of a difference, with the words marked that the other side has not. */
export function MarkedSide({ from, to, side }: { from: string; to: string; side: 'added' | 'removed' }) {
  const parts = wordDiff(from, to).filter(({ type }) => type === 'same' || type === side);
  const whole = parts.every(({ type }) => type !== 'same');
  return parts.map(({ type, text }, index) =>
    type === 'same' || whole ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other identity
      <VisibleText key={index} text={text} />
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other identity
      <mark key={index}>
        <VisibleText text={text} />
      </mark>
    ),
  );
}
