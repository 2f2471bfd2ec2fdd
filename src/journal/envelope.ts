import { z } from 'zod';
import { type Draft, EVENT_TYPES, type EventType } from '../crew/events.ts';
import { RunId } from '../ids.ts';
import { digestOf } from '../json/digest.ts';

export const GENESIS = '0'.repeat(64);
const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/** One line of the journal (contract §5). `data` and `salt` are absent where personal data was erased. */
export const JournalEvent = z.strictObject({
  v: z.literal(1),
  run: RunId,
  seq: z.int().min(1),
  at: z.iso.datetime(),
  type: z.enum(EVENT_TYPES as [EventType, ...EventType[]]),
  by: z.string(),
  data: z.unknown().optional(),
  salt: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  dataHash: Hash,
  prev: Hash,
  hash: Hash,
});
export type JournalEvent = Readonly<z.infer<typeof JournalEvent>>;

/** The last event of a run: where the next one attaches. `seq` 0 with `GENESIS` before the first. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
}

export const EMPTY_HEAD: Head = { seq: 0, hash: GENESIS, at: '1970-01-01T00:00:00.000Z' };

export function dataHashOf(salt: string, data: unknown): string {
  return digestOf({ data, salt });
}

/** The hash of an event: SHA-256 of the canonical JSON of all its fields but `data`, `salt` and `hash`. */
export function hashOf({
  v,
  run,
  seq,
  at,
  type,
  by,
  dataHash,
  prev,
}: Omit<JournalEvent, 'hash' | 'data' | 'salt'>): string {
  // In the order of the canonical form, so that it is written as it stands.
  return digestOf({ at, by, dataHash, prev, run, seq, type, v });
}

/**
 * Gives drafts their place after `head`. Pure: time and salts come in. A time before the head's is raised to it, so that
 * the order of times never contradicts the order of events.
 */
export function seal(
  run: RunId,
  head: Head,
  drafts: readonly Draft[],
  given: { at: string; salt: () => string },
): JournalEvent[] {
  const at = given.at < head.at ? head.at : given.at;
  let { seq, hash: prev } = head;
  return drafts.map(({ type, by, data }) => {
    const salt = given.salt();
    const body = { v: 1 as const, run, seq: ++seq, at, type, by, dataHash: dataHashOf(salt, data), prev };
    prev = hashOf(body);
    return { ...body, data, salt, hash: prev };
  });
}

export function headOf(events: readonly JournalEvent[]): Head {
  const last = events.at(-1);
  return last ? { seq: last.seq, hash: last.hash, at: last.at } : EMPTY_HEAD;
}
