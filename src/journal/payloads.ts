import { HoldpointError } from '../errors.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import { sha256 } from '../json/digest.ts';
import type { Json } from '../json/json.ts';
import { MAX_VALUE_BYTES, oversize } from '../json/size-limit.ts';

/** A value too large for an event; the event names it by digest. */
export interface Payload {
  readonly digest: string;
  readonly value: Json;
}

/** The largest value that an event carries itself, in UTF-8 bytes of its canonical JSON. */
export const MAX_INLINE_BYTES = 256 * 1024;

type Members = Readonly<Record<string, unknown>>;

/**
 * Moves large members of an event's data out of it: each becomes `{ "$ref": digest }`. A member that itself looks like such
 * a reference is moved out too, whatever its size, so that no agent can point an event at another value.
 * @throws {HoldpointError} `EVENT_TOO_LARGE` for a member that is larger than a journal takes.
 */
export function lift<T extends object>(
  data: T,
  maxBytes: number = MAX_INLINE_BYTES,
  maxValueBytes: number = MAX_VALUE_BYTES,
): { data: T; payloads: Payload[] } {
  const payloads: Payload[] = [];
  const lifted: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    lifted[key] = value;
    if (value === undefined || !mustLeave(value, maxBytes)) continue;
    const bytes = oversize(value, maxValueBytes);
    if (bytes !== null)
      throw new HoldpointError(
        'EVENT_TOO_LARGE',
        `The value of \`${key}\` has ${bytes} bytes, and a journal takes ${maxValueBytes}. Keep it elsewhere, and record a reference.`,
        { details: { member: key, bytes, limit: maxValueBytes } },
      );
    const digest = sha256(canonicalJson(value));
    payloads.push({ digest, value: value as Json });
    lifted[key] = { $ref: digest };
  }
  return payloads.length ? { data: lifted as T, payloads } : { data, payloads };
}

/** Puts the values back. A reference without its payload stays as it is, for the schema of the event to refuse. */
export function fill(data: unknown, payloads: ReadonlyMap<string, Json>): unknown {
  if (payloads.size === 0 || typeof data !== 'object' || data === null) return data;
  const members = Object.entries(data as Members).map(([key, value]) => {
    const digest = refOf(value);
    return [key, digest !== null && payloads.has(digest) ? payloads.get(digest) : value] as const;
  });
  return Object.fromEntries(members);
}

/** The digests that an event's data name. Since look-alikes are moved out too, each of them is a true reference. */
export function refsOf(data: unknown): string[] {
  if (typeof data !== 'object' || data === null) return [];
  return Object.values(data).flatMap((value) => refOf(value) ?? []);
}

/** The most that a character takes, as `\u0000`. */
const MAX_CHARACTER_BYTES = 6;

function mustLeave(value: unknown, maxBytes: number): boolean {
  if (typeof value === 'string' && value.length * MAX_CHARACTER_BYTES + 2 <= maxBytes) return false;
  if (refOf(value) !== null) return true;
  return (
    (typeof value === 'object' || typeof value === 'string') &&
    Buffer.byteLength(JSON.stringify(value), 'utf8') > maxBytes
  );
}

function refOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const { $ref } = value as { $ref?: unknown };
  return typeof $ref === 'string' && Object.keys(value).length === 1 ? $ref : null;
}
