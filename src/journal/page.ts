import { HoldpointError } from '../errors.ts';
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
  const match = /^(runs|holds):(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (match?.[1] === list) return Number(match[2]);
  throw new HoldpointError('BAD_REQUEST', `Not a cursor of the list of ${list}. Send the \`cursor\` of its last page.`);
}

/** A page of `rows`, which hold one more than `limit` where there is more. */
export function pageOf<T>(list: List, rows: readonly Placed<T>[], limit: number): Page<T> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(({ item }) => item),
    cursor: last ? Buffer.from(`${list}:${last.n}`).toString('base64url') : null,
  };
}
