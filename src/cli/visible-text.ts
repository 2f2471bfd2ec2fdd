/**
 * Text of agents, tools and people, made safe for a terminal: whatever would be interpreted or would not be seen (ANSI escapes,
 * other control characters, bidirectional marks, zero-width characters, tags, fillers) is written out as `<U+202E>`. What a
 * reviewer reads is then what is there.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Parts of ordinary emoji, seen by what they join. */
const EMOJI_JOINT = /^[\u200D\uFE0F]$/;
const PICTURE_BEFORE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}#*0-9]\uFE0F?$/u;

/** Keeps line ends and tabs. A carriage return stays only as part of a line end, since it overwrites what stands before it. */
export function visibleText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(HIDDEN, (character, index: number) => {
    if (character === '\n' || character === '\t') return character;
    if (EMOJI_JOINT.test(character) && PICTURE_BEFORE.test(text.slice(Math.max(0, index - 6), index))) return character;
    return `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}

/** The same on one line, cut after `length` characters. */
export function visibleLine(text: string, length = 100): string {
  const line = onOneLine(visibleText(text), ' ⏎ ').replaceAll('\t', ' ').trim();
  const characters = [...line];
  return characters.length <= length ? line : `${characters.slice(0, length - 1).join('')}…`;
}

/** Puts `joint` in place of each line end, with the blanks around it. Each run of blanks is looked at once, however long it is. */
export function onOneLine(text: string, joint: string): string {
  return text.replaceAll(/\s+/g, (blanks) => (blanks.includes('\n') ? joint : blanks));
}

/** A value as a person reads it: text as it is, anything else as indented JSON. */
export function visibleValue(value: unknown): string {
  return visibleText(typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? 'nothing'));
}
