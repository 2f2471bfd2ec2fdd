import { cusum, cusumPlan } from '../../hooks/graduation/cusum.ts';
import { type Evidence, type Level, stepFrom, watchedRate } from '../../hooks/graduation/level.ts';
import { points } from '../../hooks/graduation/sprt.ts';
import { countOnce, type Item } from './count-once.ts';
import { isBadLook, type Subject } from './subject.ts';

const DAY_MS = 86_400_000;
const PATH_LENGTH = 200;

/** What a type's subjects amount to since its level last changed; `since` '' where it never did. */
export interface Gathered extends Evidence {
  readonly names: readonly string[];
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  /** The points after each of the last items, at most 200, oldest first. */
  readonly path: readonly number[];
  /** Over the items that people looked at after they had run. */
  readonly cusum: number;
}

/** The items that count for the next level, each once, in order of time. */
export function evidenceOf(subjects: readonly Subject[], level: Level, since: string): readonly Item[] {
  return countOnce(itemsOf(subjects, level, since));
}

export function gather(subjects: readonly Subject[], level: Level, since: string): Gathered {
  const items = itemsOf(subjects, level, since);
  const counted = countOnce(items);
  const bad = counted.filter((item) => item.bad).length;
  const names = [...new Set(counted.flatMap(({ looks }) => looks.map(({ by }) => by)))].filter(isNamed).sort();
  const firstAt = counted[0]?.at ?? null;
  const lastAt = counted.at(-1)?.at ?? null;
  const days = firstAt && lastAt ? (Date.parse(lastAt) - Date.parse(firstAt)) / DAY_MS : 0;
  const watched = countOnce(items.filter(({ audited }) => audited)).map((item) => item.bad);
  return {
    ...{ clean: counted.length - bad, bad, reviewers: names.length, names, days, firstAt, lastAt },
    path: pathOf(counted, level),
    cusum: cusum(cusumPlan(watchedRate(level)), watched),
  };
}

function itemsOf(subjects: readonly Subject[], level: Level, since: string): Item[] {
  return subjects.flatMap((subject) => itemOf(subject, level) ?? []).filter((item) => isNew(item, since));
}

/**
 * One subject as an item of evidence, or none: what nobody looked at, what only expired and what a person did is none. A call
 * that its own tool lets run says nothing of those that it holds, unless it was bad.
 */
function itemOf(subject: Subject, level: Level): Item | null {
  const { decisions, undone, audits, tier, runId, id, proposedAt } = subject;
  if (tier === 'human') return null;
  const badLooks = decisions.filter(isBadLook).map(seen);
  const badAudits = audits.filter(({ finding }) => finding !== 'good').map(seenOne);
  const found = [...badLooks.flat(), ...badAudits, ...(undone ? [seenOne(undone)] : [])];
  const audited = audits.length > 0 || undone !== null;
  if (found.length > 0) return { runId, id, proposedAt, bad: true, audited, at: latest(found), looks: found };
  if (level === 'approval' && tier !== null && tier !== 'approval') return null;
  const looks = [...decisions.filter(({ verdict }) => verdict !== 'respond').flatMap(seen), ...audits.map(seenOne)];
  return looks.length > 0 ? { runId, id, proposedAt, bad: false, audited, at: latest(looks), looks } : null;
}

const seen = ({ by, at }: { by: readonly string[]; at: string }) => by.map((name) => ({ by: name, at }));
const seenOne = ({ by, at }: { by: string; at: string }) => ({ by, at });
const latest = (looks: Item['looks']) => looks.reduce((last, { at }) => (at > last ? at : last), '');

/** Good evidence is that of calls proposed under the level that a type has now; bad news counts whenever it comes. */
function isNew({ bad, at, proposedAt }: Item, since: string): boolean {
  return (bad ? at : proposedAt) > since;
}

/** Somebody at the machine without a token is not known to be another person than the next one. */
function isNamed(by: string): boolean {
  return by.startsWith('user:');
}

function pathOf(items: readonly Item[], level: Level): number[] {
  const plan = stepFrom(level)?.plan;
  if (!plan) return [];
  let bad = 0;
  const path = items.map((item, index) => {
    if (item.bad) bad++;
    return Math.round(points(plan, { clean: index + 1 - bad, bad }) * 10) / 10;
  });
  return path.slice(-PATH_LENGTH);
}
