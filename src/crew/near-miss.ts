/** The option that `word` was probably meant to be, as an end of a message; '' where none is near. */
export function didYouMean(word: string, options: Iterable<string>): string {
  const near = nearest(word, options);
  return near === null ? '' : ` Did you mean "${near}"?`;
}

/** The nearest option within a third of the word's length (at least one slip, but of one letter none), the first of equals; null if none. */
export function nearest(word: string, options: Iterable<string>): string | null {
  let best: string | null = null;
  let least = word.length < 2 ? 1 : Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const option of options) {
    const slips = option === word ? Number.POSITIVE_INFINITY : distance(word.toLowerCase(), option.toLowerCase());
    if (slips < least) [best, least] = [option, slips];
  }
  return best;
}

/** Slips of the hand between two words: a letter added, left out, replaced, or two neighbours swapped. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let slips = Math.min(replaced, at(last, j) + 1, at(row, j - 1) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        slips = Math.min(slips, at(beforeLast, j - 2) + 1);
      }
      row.push(slips);
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
