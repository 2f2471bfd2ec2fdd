import { z } from 'zod';
import { MAX_RUN_EVENTS } from '../crew/journal-limit.ts';
import { HoldpointError } from '../errors.ts';
import { MAX_VALUE_BYTES } from '../json/size-limit.ts';

const KIB = 1_024;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What an operator may set of the engine. All are whole numbers; units are in the names. */
export const EngineLimits = z.strictObject({
  /** Events after which a run asks no model any more and fails (`JOURNAL_FULL`). */
  maxRunEvents: z.int().min(100).max(10_000_000).default(MAX_RUN_EVENTS),
  /** The largest value that a journal takes, in UTF-8 bytes of its JSON (`EVENT_TOO_LARGE`). */
  maxValueBytes: z
    .int()
    .min(256 * KIB)
    .max(256 * KIB * KIB)
    .default(MAX_VALUE_BYTES),
  /** How long tools and functions of the crew that are under way may finish when the process is told to stop. */
  stopGraceMs: z.int().min(0).max(HOUR_MS).default(10_000),
  /** How long a function of the crew (a hook, a guardrail, a schema …) may take to answer; then it has failed. */
  functionTimeoutMs: z
    .int()
    .min(100)
    .max(24 * HOUR_MS)
    .default(5 * MINUTE_MS),
});
export type EngineLimits = z.infer<typeof EngineLimits>;

/** Limits as they are in force: what is not given has its default. @throws `LIMIT_INVALID` */
export function parseLimits<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String), message }));
  const told = issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
  throw new HoldpointError('LIMIT_INVALID', `A limit cannot be that. ${told.join('; ')}.`, { details: { issues } });
}
