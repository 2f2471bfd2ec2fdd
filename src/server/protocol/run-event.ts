import { z } from 'zod';
import { RunId } from '../../ids.ts';
import type { JournalEvent } from '../../journal/envelope.ts';

/**
 * A journal event on the wire (contract §5). `data` is not parsed here: a client may be older than the journal it watches.
 * Values over 256 KB stand as `{ "$ref": digest }`.
 */
export const RunEvent = z.strictObject({
  v: z.literal(1),
  run: RunId,
  seq: z.int().min(1),
  at: z.string(),
  type: z.string(),
  by: z.string(),
  data: z.unknown().optional(),
  salt: z.string().optional(),
  dataHash: z.string(),
  prev: z.string(),
  hash: z.string(),
}) as unknown as z.ZodType<JournalEvent>;
export type RunEvent = JournalEvent;
