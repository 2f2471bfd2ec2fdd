/** A stretch of text as it may be shown, or one character that the eye would miss. */
export type Piece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'hidden'; readonly code: string; readonly name: string };

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

/** Splits a text so that every hidden character stands alone, in its place. */
export function splitHidden(text: string): Piece[] {
  const pieces: Piece[] = [];
  const characters = [...text];
  let shown = '';
  for (const [index, character] of characters.entries()) {
    if (!isHidden(character, characters[index - 1], characters[index + 1])) {
      shown += character;
      continue;
    }
    if (shown !== '') pieces.push({ type: 'text', text: shown });
    shown = '';
    const point = character.codePointAt(0) ?? 0;
    pieces.push({ type: 'hidden', code: codeOf(point), name: nameOf(point) });
  }
  if (shown !== '') pieces.push({ type: 'text', text: shown });
  return pieces;
}

export function countHidden(text: string): number {
  return splitHidden(text).filter(({ type }) => type === 'hidden').length;
}

/** In every string of a JSON value, the names of its members too. */
export function countHiddenIn(value: unknown): number {
  if (typeof value === 'string') return countHidden(value);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [key, member]) => sum + countHidden(key) + countHiddenIn(member), 0);
}

/** The text with every hidden character written out, for titles and names that take no markup. */
export function plainText(text: string): string {
  return splitHidden(text)
    .map((piece) => (piece.type === 'text' ? piece.text : `[${piece.code}]`))
    .join('');
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
