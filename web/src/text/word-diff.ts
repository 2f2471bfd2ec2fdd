import { diffWordsWithSpace } from 'diff';

/** A stretch of a text that is the same in both versions, only in the old one, or only in the new one. */
export interface DiffPart {
  readonly type: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Above this many characters the comparison by words takes too long for a page, and both stand whole. */
const LONGEST = 60_000;

export function wordDiff(from: string, to: string): DiffPart[] {
  if (from === to) return from === '' ? [] : [{ type: 'same', text: from }];
  if (from.length + to.length > LONGEST) return whole(from, to);
  const parts = diffWordsWithSpace(from, to, { timeout: 300 });
  if (parts === undefined) return whole(from, to);
  return parts.map(({ value, added, removed }) => ({
    type: added ? 'added' : removed ? 'removed' : 'same',
    text: value,
  }));
}

/** How many places changed: what went and what came in its stead are one. */
export function countChanges(parts: readonly DiffPart[]): number {
  return parts.filter((_, index) => startsChange(parts, index)).length;
}

/** Whether a change begins at a part. */
export function startsChange(parts: readonly DiffPart[], index: number): boolean {
  return parts[index]?.type !== 'same' && (parts[index - 1]?.type ?? 'same') === 'same';
}

function whole(from: string, to: string): DiffPart[] {
  return [
    { type: 'removed', text: from },
    { type: 'added', text: to },
  ];
}
