import { lookAlikesIn } from './look-alikes.ts';

/** A stretch of text as it may be shown, or what the eye would miss in it. */
export type Piece =
  | { readonly type: 'text'; readonly text: string }
  /** A character that cannot be seen, or a run of `count` of them. */
  | { readonly type: 'hidden'; readonly code: string; readonly name: string; readonly count: number }
  /** Seen, but not what it seems: a letter of another script. */
  | { readonly type: 'alike'; readonly text: string; readonly code: string; readonly name: string }
  /** So much of nothing that it would push what follows out of view, or so many marks on a letter that they cover others. */
  | { readonly type: 'padding'; readonly words: string };

type Hidden = Extract<Piece, { type: 'hidden' }>;

/** How much of a text the eye would miss. */
export interface Unseen {
  readonly hidden: number;
  readonly alike: number;
  readonly padding: number;
}

/**
 * What has no shape of its own or changes the order of what has: controls, format characters (bidi, zero-width, tags), fillers,
 * lone surrogates, private and unassigned code points. Line feeds and tabs are layout, and the number signs that Arabic and other
 * scripts put around digits are seen.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
const SEEN = /[\n\t\u{600}-\u{605}\u{6dd}\u{70f}\u{890}\u{891}\u{8e2}\u{110bd}\u{110cd}]/u;
const PICTURE = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u;
const EMOJI_BASE = /[\p{Emoji}]/u;

const NAMES: Readonly<Record<number, string>> = {
  0: 'null character',
  8: 'backspace',
  13: 'carriage return',
  27: 'escape',
  173: 'soft hyphen',
  1564: 'Arabic letter mark',
  8203: 'zero-width space',
  8204: 'zero-width non-joiner',
  8205: 'zero-width joiner',
  8206: 'left-to-right mark',
  8207: 'right-to-left mark',
  8232: 'line separator',
  8233: 'paragraph separator',
  8234: 'left-to-right embedding',
  8235: 'right-to-left embedding',
  8236: 'end of a change of direction',
  8237: 'left-to-right override',
  8238: 'right-to-left override',
  8288: 'word joiner',
  8294: 'left-to-right isolate',
  8295: 'right-to-left isolate',
  8296: 'first-strong isolate',
  8297: 'end of an isolate',
  10240: 'blank Braille pattern',
  12644: 'Hangul filler',
  65279: 'zero-width no-break space',
};

/** What can be shown as it is, and is most of what there is. */
const PLAIN = /^[\n\t\x20-\x7e]*$/;
/** From here on blanks, line breaks and marks on one letter are counted instead of shown. */
const PADDING = /(?:[\p{Zs}\t]*\n){8,}|[\p{Zs}\t]{48,}|(?:(?!\p{Default_Ignorable_Code_Point})\p{M}){5,}/u;
/** So many different ones in a row are told in one mark. */
const LONG_RUN = 6;

/** Splits a text so that everything the eye would miss stands alone, in its place. */
export function splitHidden(text: string): Piece[] {
  const pieces: Piece[] = [];
  let rest = text;
  for (let found = PADDING.exec(rest); found !== null; found = PADDING.exec(rest)) {
    pieces.push(...splitCharacters(rest.slice(0, found.index)), { type: 'padding', words: paddingWords(found[0]) });
    rest = rest.slice(found.index + found[0].length);
  }
  return [...pieces, ...splitCharacters(rest)];
}

function paddingWords(run: string): string {
  const breaks = run.split('\n').length - 1;
  if (breaks > 0) return `${breaks.toLocaleString('en-US')} line breaks`;
  const count = [...run].length.toLocaleString('en-US');
  return /^\p{M}/u.test(run) ? `${count} marks on one letter` : `${count} blanks`;
}

function splitCharacters(text: string): Piece[] {
  if (text === '') return [];
  if (PLAIN.test(text)) return [{ type: 'text', text }];
  const pieces: Piece[] = [];
  const characters = [...text];
  const alike = lookAlikesIn(characters);
  let shown = '';
  const flush = () => {
    if (shown !== '') pieces.push({ type: 'text', text: shown });
    shown = '';
  };
  for (const [index, character] of characters.entries()) {
    const point = character.codePointAt(0) ?? 0;
    const code = codeOf(point);
    if (alike.has(index)) {
      flush();
      pieces.push({ type: 'alike', text: character, code, name: `looks like a Latin letter, and is ${code}` });
    } else if (!isHidden(character, characters[index - 1], characters[index + 1])) {
      shown += character;
    } else {
      flush();
      pieces.push({ type: 'hidden', code, name: nameOf(point), count: 1 });
    }
  }
  flush();
  return withRunsMerged(pieces);
}

/** A run of the same is one mark, and so is a long one of different ones: a thousand marks would be padding by themselves. */
function withRunsMerged(pieces: readonly Piece[]): Piece[] {
  const merged: Piece[] = [];
  for (let at = 0; at < pieces.length; ) {
    const run = hiddenRun(pieces, at);
    const [first] = run;
    if (first === undefined) merged.push(...pieces.slice(at, at + 1));
    else if (run.every(({ code }) => code === first.code)) merged.push({ ...first, count: run.length });
    else if (run.length < LONG_RUN) merged.push(...run);
    else merged.push(toldTogether(run));
    at += Math.max(1, run.length);
  }
  return merged;
}

function hiddenRun(pieces: readonly Piece[], from: number): Hidden[] {
  const run: Hidden[] = [];
  for (let piece = pieces[from]; piece?.type === 'hidden'; piece = pieces[from + run.length]) run.push(piece);
  return run;
}

/** Tags spell a text that nobody sees but a model: it is spelt out. */
function toldTogether(run: readonly Hidden[]): Hidden {
  const spelt = run.map(({ name }) => /^tag "(.)"$/u.exec(name)?.[1] ?? '').join('');
  const [first, last] = [run[0]?.code ?? '', run.at(-1)?.code ?? ''];
  const name = spelt === '' ? `${run.length} hidden characters` : `tags that spell "${spelt}"`;
  return { type: 'hidden', code: spelt === '' ? `${first} to ${last}` : `tags "${spelt}"`, name, count: run.length };
}

export function countHidden(text: string): number {
  return unseenIn(text).hidden;
}

/** In every string of a JSON value, the names of its members too. */
export function unseenIn(value: unknown): Unseen {
  const sum = { hidden: 0, alike: 0, padding: 0 };
  const add = (text: string) => {
    for (const piece of splitHidden(text)) {
      if (piece.type === 'hidden') sum.hidden += piece.count;
      else if (piece.type !== 'text') sum[piece.type] += 1;
    }
  };
  const visit = (member: unknown) => {
    if (typeof member === 'string') return add(member);
    if (typeof member !== 'object' || member === null) return;
    for (const [key, inner] of Object.entries(member)) {
      if (!Array.isArray(member)) add(key);
      visit(inner);
    }
  };
  visit(value);
  return sum;
}

export function anyUnseen({ hidden, alike, padding }: Unseen): boolean {
  return hidden + alike + padding > 0;
}

/** The text with everything that cannot be seen written out, for titles and names that take no markup. */
export function plainText(text: string): string {
  return splitHidden(text).map(plainPiece).join('');
}

function plainPiece(piece: Piece): string {
  switch (piece.type) {
    case 'text':
    case 'alike':
      return piece.text;
    case 'hidden':
      return `[${codeWords(piece)}]`;
    case 'padding':
      return `[${piece.words}]`;
  }
}

/** "U+200B", or "U+200B ×500". */
export function codeWords({ code, count }: { readonly code: string; readonly count: number }): string {
  return count === 1 ? code : `${code} ×${count.toLocaleString('en-US')}`;
}

function isHidden(character: string, before: string | undefined, after: string | undefined): boolean {
  if (!HIDDEN.test(character) || SEEN.test(character)) return false;
  // Between pictures a joiner makes one of them, and after one a selector says how it is drawn: both are seen as that.
  if (character === '\u200d') return !(isPicture(before) && isPicture(after));
  if (character === '\ufe0f') return !(before !== undefined && EMOJI_BASE.test(before));
  return true;
}

function isPicture(character: string | undefined): boolean {
  return character !== undefined && PICTURE.test(character);
}

function codeOf(point: number): string {
  return `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
}

function nameOf(point: number): string {
  const name = NAMES[point];
  if (name !== undefined) return name;
  if (point >= 0xe0020 && point <= 0xe007e) return `tag "${String.fromCodePoint(point - 0xe0000)}"`;
  if (point < 0x20 || (point >= 0x7f && point <= 0x9f)) return 'control character';
  if (point >= 0xd800 && point <= 0xdfff) return 'half of a character';
  if ((point >= 0xfe00 && point <= 0xfe0f) || (point >= 0xe0100 && point <= 0xe01ef)) return 'variation selector';
  return 'hidden character';
}
