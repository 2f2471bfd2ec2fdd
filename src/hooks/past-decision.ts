import { z } from 'zod';
import { HoldId, RunId } from '../ids.ts';
import { Json } from '../json/json.ts';
import { HoldKind, type HoldRecord } from './hold.ts';
import { Verdict } from './review-policy.ts';

/** Who decided what, when and why: one entry of a hold's history, with as much of the hold as says what it was about. */
export const PastDecision = z.strictObject({
  runId: RunId.nullable(),
  crew: z.string().nullable(),
  holdId: HoldId,
  kind: HoldKind,
  task: z.string().nullable(),
  tool: z.string().nullable(),
  /** What the tool said it would do, else why it was held. */
  summary: z.string(),
  verdict: Verdict,
  by: z.string(),
  /** Under a quorum, all whose votes made it. */
  decidedBy: z.array(z.string()),
  reason: z.string().nullable(),
  reasonCode: z.string().nullable(),
  at: z.string(),
  /** Of the revision that was looked at; null for one that a later revision of the same hold pushed out of its row. */
  digest: z.string().nullable(),
  diff: Json.optional(),
});
export type PastDecision = z.infer<typeof PastDecision>;

export interface DecisionFilter {
  readonly by?: string | undefined;
  readonly verdict?: Verdict | undefined;
  /** ISO 8601 UTC with milliseconds, inclusive. */
  readonly from?: string | undefined;
  /** Exclusive. */
  readonly to?: string | undefined;
  /** Anywhere in what is shown, in the reasons or in the proposal; case does not matter. */
  readonly text?: string | undefined;
}

/** A decision as it stands in the journal: the entry `entry` of the history of `hold`. */
export interface FoundDecision {
  readonly hold: HoldRecord;
  readonly entry: number;
  readonly decision: PastDecision;
}

/** The decisions made on a hold, oldest first. What was taken over from another run or hold counts there. */
export function decisionsOn(hold: HoldRecord): FoundDecision[] {
  if (hold.inherited) return [];
  const prior = hold.priorDecisions ?? 0;
  return hold.history.slice(prior).map((_, own) => foundDecision(hold, prior + own));
}

/** @throws {RangeError} if the history has no such entry */
export function foundDecision(hold: HoldRecord, entry: number): FoundDecision {
  const made = hold.history[entry];
  if (!made) throw new RangeError(`Hold ${hold.id} has no decision ${entry}`);
  const closes = entry === hold.history.length - 1 && hold.decidedBy.length > 0;
  const decidedBy = closes ? hold.decidedBy : [made.by];
  return { hold, entry, decision: { ...shownOf(hold), ...made, decidedBy, digest: digestAt(hold, entry) } };
}

/** The digest that an entry of the history was decided on: each modification under a quorum was made on the one before. */
function digestAt({ history, decidedBy, digest, previous }: HoldRecord, index: number): string | null {
  const after = history.length - 1 - index - (decidedBy.length > 0 ? 1 : 0);
  if (after < 0) return digest;
  return after === 0 ? (previous?.digest ?? null) : null;
}

function shownOf({ runId, crew, id: holdId, kind, task, action, impact, reasons }: HoldRecord) {
  const summary = impact?.summary ?? reasons[0]?.detail ?? '';
  return { runId, crew, holdId, kind, task, tool: action?.tool ?? null, summary };
}

/** Whether it is what a filter asks for, but for its `text`. */
export function isWanted({ decidedBy, by, verdict, at }: PastDecision, filter: DecisionFilter): boolean {
  if (filter.by !== undefined && by !== filter.by && !decidedBy.includes(filter.by)) return false;
  if (filter.verdict !== undefined && verdict !== filter.verdict) return false;
  return (filter.from === undefined || at >= filter.from) && (filter.to === undefined || at < filter.to);
}

/** Whether a text is anywhere in it. */
export function says({ decision, hold: { proposal, reasons } }: FoundDecision, text: string): boolean {
  const { diff = null, ...shown } = decision;
  const values = [
    ...Object.values(shown),
    JSON.stringify(diff),
    JSON.stringify(proposal),
    ...reasons.map(({ detail }) => detail),
  ];
  const wanted = text.toLowerCase();
  return values.some((value) => typeof value === 'string' && value.toLowerCase().includes(wanted));
}
