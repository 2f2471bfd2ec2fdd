import { z } from 'zod';

/** A length of time as config writes it: a number and its unit, without a space. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const Duration = z.string().regex(PATTERN, {
  error: (issue) =>
    `Not a duration: ${JSON.stringify(issue.input)}. Write a number and its unit, such as '30s', '10m', '4h' or '7d'.`,
}) as unknown as z.ZodType<Duration>;

/** About 25 days: a timer of Node that is set for longer rings at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds of a duration; 0 where the text is none (the schema refused it before). */
export function durationMs(duration: Duration): number {
  const match = PATTERN.exec(duration);
  return match ? Math.round(Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0)) : 0;
}
