import { Fragment } from 'react';
import { splitHidden } from '../hidden-characters.ts';

/** Text that somebody else wrote: nothing in it acts, and what cannot be seen is marked in its place. */
export function VisibleText({ text }: { text: string }) {
  const pieces = splitHidden(text);
  return pieces.map((piece, index) =>
    piece.type === 'text' ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other identity
      <Fragment key={index}>{piece.text}</Fragment>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other identity
      <span key={index} className="hid" title={`${piece.name}, not visible in the text itself`}>
        {piece.code}
      </span>
    ),
  );
}

/** How many hidden characters were found, in words; nothing where there are none. */
export function HiddenCount({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span className="hidden-count">
      {count === 1 ? '1 hidden character, shown' : `${count} hidden characters, shown`}
    </span>
  );
}
