import { SYSTEM } from '../crew/events.ts';

/** Small forms of texts that are in every row. Each takes any text and gives back exactly that text: one that does not fit is kept as it is. */

/** Lower-case hex as bytes. */
export function packHex(text: string): Buffer | string {
  return /^(?:[0-9a-f]{2})+$/.test(text) ? Buffer.from(text, 'hex') : text;
}

/** Of an SQL expression, the hex of its bytes, or its text: cheaper than a `Buffer` for each row. */
export function hexOf(column: string): string {
  return `iif(typeof(${column}) = 'blob', lower(hex(${column})), ${column})`;
}

/** Times come in a row: all events of an append have the same, and their run too. */
let lastTime = { text: '1970-01-01T00:00:00.000Z', ms: 0 };

/** A time as milliseconds since 1970, where it is written as `Date` writes it. A bigint, since SQLite would keep a number as a float. */
export function packTime(text: string): bigint | string {
  if (text !== lastTime.text) {
    const ms = Date.parse(text);
    if (!isTime(ms) || new Date(ms).toISOString() !== text) return text;
    lastTime = { text, ms };
  }
  return BigInt(lastTime.ms);
}

export function unpackTime(stored: unknown): string {
  if (typeof stored !== 'number' || !isTime(stored)) return String(stored);
  if (stored !== lastTime.ms) lastTime = { text: new Date(stored).toISOString(), ms: stored };
  return lastTime.text;
}

function isTime(ms: number): boolean {
  return Number.isInteger(ms) && Math.abs(ms) <= 8.64e15;
}

/** Who did it; null: the engine itself, as in most events. */
export function packBy(by: string): string | null {
  return by === SYSTEM ? null : by;
}

export function unpackBy(stored: string | null): string {
  return stored ?? SYSTEM;
}
