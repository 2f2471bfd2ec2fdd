import { z } from 'zod';
import { RunId } from '../ids.ts';
import type { Json } from '../json/json.ts';
import { JournalEvent } from './envelope.ts';

/** The lines of an export (contract §5): events, the large values that they name, and the end. */
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** JSON by construction: it comes out of `JSON.parse`. */
const Value = z.custom<Json>((value) => value !== undefined);

const PayloadLine = z.strictObject({
  v: z.literal(1),
  run: RunId,
  payload: z.strictObject({ digest: Sha256, value: Value }),
});

const EndLine = z.strictObject({
  v: z.literal(1),
  run: RunId,
  /** `count`: the events, payload lines not counted. `head`: the hash of the last. */
  end: z.strictObject({ count: z.int().min(0), head: Sha256 }),
});
export type End = z.infer<typeof EndLine>['end'];

export type JournalLine = JournalEvent | z.infer<typeof PayloadLine> | z.infer<typeof EndLine>;

/** The line that `value` is, by its own members, or what is wrong with it. */
export function parseJournalLine(
  value: object,
): { success: true; data: JournalLine } | { success: false; error: z.ZodError } {
  if ('payload' in value) return PayloadLine.safeParse(value);
  if ('end' in value) return EndLine.safeParse(value);
  return JournalEvent.safeParse(value);
}
