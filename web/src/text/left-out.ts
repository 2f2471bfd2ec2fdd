const WORD = /[\p{L}\p{N}]{3,}/gu;
/** Markup that is shown otherwise: references to characters, and the percent signs of addresses. */
const REFERENCE = /&(?:#\d+|#x[\da-f]+|\w+);|%[\da-f]{2}/giu;

/** The words of `source` that are not in what is shown of it, in their order. Each counts as often as it stands there. */
export function wordsLeftOut(source: string, shown: string): string[] {
  const counts = new Map<string, number>();
  for (const [word] of plain(shown).matchAll(WORD)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const missing: string[] = [];
  for (const [word] of plain(source).matchAll(WORD)) {
    const left = counts.get(word) ?? 0;
    if (left === 0) missing.push(word);
    else counts.set(word, left - 1);
  }
  return missing;
}

function plain(text: string): string {
  return text.replace(REFERENCE, ' ');
}
