import { HoldpointError } from '../errors.ts';
import type { HoldRecord } from '../hooks/hold.ts';
import type { FoundDecision } from '../hooks/past-decision.ts';
import type { Page } from './journal.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** Items on a page: 50 unless asked otherwise, at least 1, at most 200. */
export function limitOf(limit: number = DEFAULT_LIMIT): number {
  return Math.min(Math.max(1, Math.trunc(limit) || 1), MAX_LIMIT);
}

export type List = 'runs' | 'holds';

/** A row with its place in the order of arrival, which is what cursors hold: it never changes, as times and states do. */
export interface Placed<T> {
  readonly n: number;
  readonly item: T;
}

/** The place to go on below; infinity at the start. @throws `BAD_REQUEST` for a text that no page of this list gave out. */
export function placeOf(list: List, cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  const match = /^(runs|holds):(\d{1,15})$/.exec(readCursor(cursor));
  if (match?.[1] === list) return Number(match[2]);
  throw notACursor(list);
}

/** A page of `rows`, which hold one more than `limit` where there is more. */
export function pageOf<T>(list: List, rows: readonly Placed<T>[], limit: number): Page<T> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(({ item }) => item), cursor: last ? writeCursor(`${list}:${last.n}`) : null };
}

/** Where a decision stands in the order of time, which never changes either: those of one moment by hold and entry. */
export type DecisionPlace = readonly [at: string, hold: string, entry: number];

/** The place that decisions made before `to` are below, or to go on below. @throws `BAD_REQUEST` */
export function decisionsBelow(cursor: string | undefined, to: string | undefined): DecisionPlace {
  // Above any time that is written as a time.
  const end: DecisionPlace = [to ?? '~', '', 0];
  if (cursor === undefined) return end;
  const [, at, hold, entry] = /^decisions ([^ ]+) ([^ ]+) (\d{1,9})$/.exec(readCursor(cursor)) ?? [];
  if (at === undefined || hold === undefined) throw notACursor('decisions');
  return at < end[0] ? [at, hold, Number(entry)] : end;
}

/**
 * A page of decisions, of which `found` holds one more than `limit` where there is more.
 * @param lookedTo the last place that was looked at, where more were not
 */
export function pageOfDecisions(
  found: readonly FoundDecision[],
  limit: number,
  lookedTo: DecisionPlace | null = null,
): Page<FoundDecision> {
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  const place = last ? placeOfDecision(last) : lookedTo;
  return { items, cursor: place ? writeCursor(`decisions ${place.join(' ')}`) : null };
}

export function placeOfDecision({ decision, hold, entry }: FoundDecision): DecisionPlace {
  return [decision.at, hold.id, entry];
}

export function comparePlaces(a: DecisionPlace, b: DecisionPlace): number {
  const differs = a.findIndex((part, index) => part !== b[index]);
  if (differs < 0) return 0;
  return (a[differs] as string | number) < (b[differs] as string | number) ? -1 : 1;
}

/** Where a deadline stands among those to come: those of one moment by the arrival of their holds. */
export type DuePlace = readonly [atMs: number, n: number];

/** The place that deadlines are behind. @throws `BAD_REQUEST` */
export function dueBehind(cursor: string | undefined): DuePlace {
  if (cursor === undefined) return [Number.MIN_SAFE_INTEGER, 0];
  const [, atMs, n] = /^due (-?\d{1,16}) (\d{1,15})$/.exec(readCursor(cursor)) ?? [];
  if (atMs === undefined) throw notACursor('deadlines');
  return [Number(atMs), Number(n)];
}

/** A page of holds that are due, of which `found` holds one more than `limit` where there is more. */
export function pageOfDue(found: readonly { place: DuePlace; hold: HoldRecord }[], limit: number): Page<HoldRecord> {
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(({ hold }) => hold), cursor: last ? writeCursor(`due ${last.place.join(' ')}`) : null };
}

function readCursor(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString();
}
function writeCursor(text: string): string {
  return Buffer.from(text).toString('base64url');
}
function notACursor(list: string): HoldpointError {
  return new HoldpointError(
    'BAD_REQUEST',
    `Not a cursor of the list of ${list}. Send the \`cursor\` of its last page.`,
  );
}
