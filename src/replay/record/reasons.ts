import { type Steps, toEnd } from '../../journal/steps.ts';
import type { Json } from '../../json/json.ts';
import { isBadLook, type Look, type Subject } from './subject.ts';

/** What rejections and modifications of one type have in common, so that somebody can act on it. */
export interface Pattern {
  /** A reason's code · the agent that proposed · an argument and its value (or range) · an argument that people changed. */
  readonly by: 'code' | 'agent' | 'argument' | 'changed';
  readonly what: string;
  /** Rejected or changed, of all that were decided and have this in common. */
  readonly count: number;
  readonly of: number;
  /** What people wrote, the newest first, at most three. */
  readonly said: readonly string[];
}

interface Decided {
  readonly subject: Subject;
  readonly look: Look;
  readonly bad: boolean;
}

const SAID = 3;
/** A pattern takes two; one is an event. */
const ENOUGH = 2;

/** The most frequent first. */
export function patternsOf(subjects: readonly Subject[]): Pattern[] {
  return toEnd(patternSteps(subjects));
}

/** The same, for whoever has others waiting. */
export function* patternSteps(subjects: readonly Subject[]): Steps<Pattern[]> {
  const decided = subjects.flatMap((subject) =>
    subject.decisions.map((look): Decided => ({ subject, look, bad: isBadLook(look) })),
  );
  const bad = decided.filter((one) => one.bad);
  if (bad.length === 0) return [];
  const codes = grouped(bad, ({ look }) => (look.reasonCode === null ? [] : [look.reasonCode]));
  const changed = grouped(bad, ({ look }) => look.changed);
  const agents = grouped(decided, ({ subject }) => (subject.agent === null ? [] : [subject.agent]));
  yield;
  const said = [
    ...codes.map(([what, some]) => pattern('code', what, some)),
    ...changed.map(([what, some]) => pattern('changed', what, some)),
    ...agents.map(([what, some]) => pattern('agent', what, some)),
  ];
  yield;
  const values = valuesOf(decided);
  yield;
  return [...said, ...values, ...rangesOf(decided)]
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || compare(a.by, b.by) || compare(a.what, b.what));
}

function pattern(by: Pattern['by'], what: string, some: readonly Decided[]): Pattern {
  const bad = some.filter((one) => one.bad);
  const newest = [...bad].sort((a, b) => compare(b.look.at, a.look.at));
  const said = [...new Set(newest.flatMap(({ look }) => (look.reason ? [look.reason] : [])))].slice(0, SAID);
  return { by, what, count: bad.length, of: some.length, said };
}

/** Values of arguments that are rejected more often than the rest. */
function valuesOf(decided: readonly Decided[]): Pattern[] {
  const overall = decided.filter(({ bad }) => bad).length / decided.length;
  return grouped(decided, ({ subject }) => namedValues(subject.proposal).map(([path, value]) => `${path} = ${value}`))
    .map(([what, some]) => pattern('argument', what, some))
    .filter(({ count, of }) => count >= ENOUGH && count / of > overall);
}

/** Ranges of numbers that set the rejected apart. */
function rangesOf(decided: readonly Decided[]): Pattern[] {
  const numbers = new Map<string, { bad: boolean; value: number; one: Decided }[]>();
  for (const one of decided) {
    for (const [path, value] of leaves(one.subject.proposal)) {
      if (typeof value !== 'number') continue;
      const entry = { bad: one.bad, value, one };
      const seen = numbers.get(path);
      if (seen) seen.push(entry);
      else numbers.set(path, [entry]);
    }
  }
  return [...numbers].flatMap(([path, seen]) => {
    const rejected = seen.filter((entry) => entry.bad);
    // A list has many values, and is decided once.
    if (new Set(rejected.map(({ one }) => one)).size < ENOUGH) return [];
    const bad = extentOf(rejected);
    const fine = extentOf(seen.filter((entry) => !entry.bad));
    if (bad.low <= fine.high && bad.high >= fine.low) return [];
    const others = fine.low <= fine.high ? `; let through from ${fine.low} to ${fine.high}` : '';
    const inRange = new Set(seen.filter(({ value }) => value >= bad.low && value <= bad.high).map(({ one }) => one));
    return [pattern('argument', `${path} from ${bad.low} to ${bad.high}${others}`, [...inRange])];
  });
}

/** The least and the greatest, also of more than a call takes as arguments; of none, what overlaps with nothing. */
function extentOf(seen: readonly { value: number }[]): { low: number; high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { value } of seen) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

const LONGEST_VALUE = 60;

/** Short texts and yes/no: what a person would call a kind of case. */
function namedValues(proposal: Json): [string, string][] {
  return leaves(proposal).flatMap(([path, value]): [string, string][] => {
    if (typeof value === 'boolean') return [[path, String(value)]];
    return typeof value === 'string' && value.length <= LONGEST_VALUE ? [[path, JSON.stringify(value)]] : [];
  });
}

/** Every value of a proposal that is no container, under its JSON Pointer; of a list all members share one. */
function leaves(value: Json, path = ''): [string, Json][] {
  if (typeof value !== 'object' || value === null) return [[path === '' ? '/' : path, value]];
  if (Array.isArray(value)) return value.flatMap((member) => leaves(member, `${path}/-`));
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(member, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

function grouped(all: readonly Decided[], by: (one: Decided) => readonly string[]): [string, Decided[]][] {
  const groups = new Map<string, Decided[]>();
  for (const one of all) {
    for (const key of new Set(by(one))) {
      const group = groups.get(key);
      if (group) group.push(one);
      else groups.set(key, [one]);
    }
  }
  return [...groups];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
