import { Fragment } from 'react';
import { codeWords, type Piece, splitHidden, type Unseen } from '../hidden-characters.ts';

/** Text that somebody else wrote: nothing in it acts, and what cannot be seen is marked in its place. */
export function VisibleText({ text }: { text: string }) {
  const pieces = splitHidden(text);
  // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other identity
  return pieces.map((piece, index) => <Fragment key={index}>{shown(piece)}</Fragment>);
}

function shown(piece: Piece) {
  switch (piece.type) {
    case 'text':
      return piece.text;
    case 'hidden':
      return (
        <span className="hid" title={`${piece.name}, not visible in the text itself`}>
          {codeWords(piece)}
        </span>
      );
    case 'alike':
      return (
        <span className="hid alike" title={piece.name}>
          {piece.text}
          <span className="vh"> ({piece.code})</span>
        </span>
      );
    case 'padding':
      return (
        <span className="hid pad" title="They stand here, and are shortened so that what follows stays in view">
          {piece.words}
        </span>
      );
  }
}

/** What the eye would miss, counted in words; nothing where there is nothing. */
export function HiddenCount({ unseen: { hidden, alike, padding } }: { unseen: Unseen }) {
  const words = [
    hidden > 0 && `${count(hidden, 'hidden character')}, shown`,
    alike > 0 && `${count(alike, 'look-alike letter')}, marked`,
    padding > 0 && `${count(padding, 'long blank')}, shortened`,
  ].filter((part) => part !== false);
  if (words.length === 0) return null;
  return <span className="hidden-count">{words.join('; ')}</span>;
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}
