import type { MarkName } from '../shell/mark-name.ts';
import type { ActionType } from './use-action-types.ts';

/** How much a type is watched now, as a mark and a word. */
export function levelOf({ kind, graduation, own }: Pick<ActionType, 'kind' | 'graduation' | 'own'>): {
  readonly mark: MarkName;
  readonly word: string;
} {
  if (kind === 'task') return { mark: 'confirm', word: 'confirm' };
  const level = graduation?.level ?? own ?? 'approval';
  return level === 'computed' ? { mark: 'approval', word: 'computed' } : { mark: level, word: level };
}

/** The share of bad ones that must be ruled out for the next level; null where there is none. */
export function allowedRate({ graduation, reversible }: Pick<ActionType, 'graduation' | 'reversible'>): number | null {
  if (!reversible || graduation === null || graduation.next === null) return null;
  return graduation.next === 'automatic' ? 0.02 : 0.05;
}

/** "2.2": a share as a number of percent. */
export function percent(share: number): string {
  return (share * 100).toFixed(1);
}

/** Points are shown whole: what is not reached is not said, and a bad one costs the 39 that the documents name. */
export function wholePoints(points: number): string {
  return String(Math.trunc(points)).replace('-', '−');
}

/** "2 approved, 1 rejected": what there is of each, without what there is none of. */
export function counted(counts: readonly (readonly [count: number, words: string])[]): string {
  return counts
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count.toLocaleString('en-US')} ${words}`)
    .join(', ');
}
