import { isBadLook, type Subject } from './subject.ts';

/** What people decided of one type, counted plainly; the evidence for a level is counted by other rules (`evidence.ts`). */
export interface Tally {
  readonly total: number;
  readonly approved: number;
  readonly modified: number;
  /** Of the modified: changed into something else than spacing. */
  readonly material: number;
  readonly rejected: number;
  readonly answered: number;
  readonly expired: number;
  readonly undone: number;
  readonly audits: { readonly good: number; readonly bad: number; readonly critical: number };
  /** Rejected or materially modified, of all decided; null where none was. */
  readonly badRate: number | null;
  /** From the hold's opening to the decision, in milliseconds; null where none was made. */
  readonly medianTookMs: number | null;
  readonly lastAt: string | null;
}

export function tallyOf(subjects: readonly Subject[]): Tally {
  const looks = subjects.flatMap(({ decisions }) => decisions);
  const audits = subjects.flatMap((subject) => subject.audits);
  const count = (verdict: string) => looks.filter((look) => look.verdict === verdict).length;
  const found = (finding: string) => audits.filter((audit) => audit.finding === finding).length;
  const times = [...looks, ...audits].map(({ at }) => at).sort();
  return {
    total: looks.length,
    approved: count('approve'),
    modified: count('modify'),
    material: looks.filter(({ verdict, material }) => verdict === 'modify' && material).length,
    rejected: count('reject'),
    answered: count('respond'),
    expired: subjects.reduce((sum, { expired }) => sum + expired, 0),
    undone: subjects.filter(({ undone }) => undone !== null).length,
    audits: { good: found('good'), bad: found('bad'), critical: found('critical') },
    badRate: looks.length === 0 ? null : looks.filter(isBadLook).length / looks.length,
    medianTookMs: median(looks.map(({ tookMs }) => tookMs)),
    lastAt: times.at(-1) ?? null,
  };
}

/** Null where there is none. */
export function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  if (high === undefined) return null;
  return sorted.length % 2 === 1 || low === undefined ? high : (low + high) / 2;
}
