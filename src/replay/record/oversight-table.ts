import type { RunEvent } from '../../crew/events.ts';
import { upperBound } from '../../hooks/graduation/clopper-pearson.ts';
import { CUSUM_LIMIT } from '../../hooks/graduation/cusum.ts';
import { type Advice, advise, type Level } from '../../hooks/graduation/level.ts';
import { type Steps, toEnd } from '../../journal/steps.ts';
import { evidenceOf, type Gathered, gather } from './evidence.ts';
import { type Standing, standingsOf } from './levels-in-force.ts';
import { type Pattern, patternSteps } from './reasons.ts';
import type { RecordedType, RunRecord, Subject } from './subject.ts';
import { type Tally, tallyOf } from './tally.ts';
import { type Week, weeksOf } from './weeks.ts';

/** One line of the table: an action type, or a task that people confirm. Plain JSON. */
export interface OversightRow extends RecordedType {
  readonly decisions: Tally;
  /** The last eight weeks, the oldest first. */
  readonly weeks: readonly Week[];
  readonly reasons: readonly Pattern[];
  /** Null for a task, and for a tool that only people use: these never graduate. */
  readonly graduation: Graduation | null;
  /** Calls that were drawn for a look afterwards and have not had it, oldest first. */
  readonly awaitingAudit: readonly { readonly runId: string; readonly actionId: string; readonly at: string }[];
}

export interface Graduation extends Advice {
  readonly level: Level;
  /** Who signed (or took back) last; null where nobody did. */
  readonly signed: Omit<Standing, 'level'> | null;
  readonly evidence: Gathered;
  /** With 95 % confidence at most this share is bad. */
  readonly upperBound: number;
  /** Why the level that was signed must be taken back now; null: it need not. */
  readonly demote: 'critical' | 'cusum' | null;
}

/** The table of all runs at the time `now`: the same whatever order they come in. `history`: the journal `system`. */
export function oversightTable(
  records: readonly RunRecord[],
  history: readonly RunEvent[],
  now: string,
): OversightRow[] {
  return toEnd(tableSteps(records, history, now));
}

/** The same, for whoever has others waiting: a type may have tens of thousands of subjects. */
export function* tableSteps(
  records: readonly RunRecord[],
  history: readonly RunEvent[],
  now: string,
): Steps<OversightRow[]> {
  const types = new Map(records.flatMap((record) => record.types.map((type) => [type.key, type] as const)));
  const subjects = new Map<string, Subject[]>();
  for (const subject of records.flatMap((record) => record.subjects)) {
    const known = subjects.get(subject.key);
    if (known) known.push(subject);
    else subjects.set(subject.key, [subject]);
  }
  const standings = standingsOf(history);
  const rows: OversightRow[] = [];
  for (const type of [...types.values()].sort((a, b) => compare(a.key, b.key))) {
    yield;
    const about = (subjects.get(type.key) ?? []).sort(byTime);
    rows.push(yield* rowSteps(type, about, { standing: standings.get(type.key) ?? null, now }));
  }
  return rows;
}

function* rowSteps(
  type: RecordedType,
  subjects: readonly Subject[],
  { standing, now }: { standing: Standing | null; now: string },
): Steps<OversightRow> {
  const unseen = subjects.filter(({ spotCheck, ran, audits, undone }) => spotCheck && ran && !audits.length && !undone);
  yield;
  const graduation = graduationOf(type, subjects, standing);
  yield;
  const evidence = graduation ? evidenceOf(subjects, graduation.level, standing?.since ?? '') : [];
  yield;
  const decisions = tallyOf(subjects);
  yield;
  const weeks = weeksOf(subjects, evidence, now);
  yield;
  return {
    ...type,
    decisions,
    weeks,
    reasons: yield* patternSteps(subjects),
    graduation,
    awaitingAudit: unseen.map(({ runId, id, proposedAt }) => ({ runId, actionId: id, at: proposedAt })),
  };
}

function graduationOf(
  { kind, own, raisedTo, reversible }: RecordedType,
  subjects: readonly Subject[],
  standing: Standing | null,
): Graduation | null {
  if (kind === 'task' || own === null || own === 'human') return null;
  const level = standing?.level ?? ownLevel(own);
  const since = standing?.since ?? '';
  const evidence = gather(subjects, level, since);
  const { clean, bad } = evidence;
  const isCritical = subjects.some(({ audits }) =>
    audits.some(({ finding, at }) => finding === 'critical' && at > since),
  );
  const demote = isCritical ? 'critical' : evidence.cusum >= CUSUM_LIMIT ? 'cusum' : null;
  return {
    ...advise({ level, reversible, raisedTo, evidence }),
    level,
    signed: standing && { since: standing.since, by: standing.by, reason: standing.reason },
    evidence,
    upperBound: upperBound(bad, clean + bad),
    demote: standing?.level ? demote : null,
  };
}

/** Where a type begins: a tool whose tier is computed is held in some cases, and those are what a level is about. */
export function ownLevel(own: NonNullable<RecordedType['own']>): Level {
  return own === 'supervised' || own === 'automatic' ? own : 'approval';
}

function byTime(a: Subject, b: Subject): number {
  return compare(a.proposedAt, b.proposedAt) || compare(a.runId, b.runId) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
