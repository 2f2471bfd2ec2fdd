import { z } from 'zod';
import { HoldpointError } from '../errors.ts';
import { EngineLimits, parseLimits } from '../runner/limits.ts';
import { ServerLimits } from '../server/limits.ts';
import { setting } from './settings.ts';

/** `limit`: `name=number`, as often as it was given. */
export interface LimitOptions {
  readonly limit?: readonly string[];
}

const Limits = z.strictObject({ ...EngineLimits.shape, ...ServerLimits.shape });
const NAMES = Object.keys(Limits.shape);

/** The limits that `HOLDPOINT_LIMITS` (separated by commas or spaces) and `--limit` name; the latter win. @throws `LIMIT_INVALID` */
export function limitsOf({ limit = [] }: LimitOptions): { engine: EngineLimits; server: ServerLimits } {
  const given: Record<string, unknown> = {};
  for (const text of [...(setting('HOLDPOINT_LIMITS') ?? '').split(/[\s,]+/), ...limit]) {
    if (text === '') continue;
    const [, name = '', value = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(text) ?? [];
    if (!NAMES.includes(name))
      throw new HoldpointError(
        'LIMIT_INVALID',
        `Not a limit: ${JSON.stringify(text)}. Write NAME=NUMBER, with one of: ${NAMES.join(', ')}.`,
      );
    given[name] = /^\d+$/.test(value) ? Number(value) : value;
  }
  const { maxRunEvents, maxValueBytes, stopGraceMs, functionTimeoutMs, ...server } = parseLimits(Limits, given);
  return { engine: { maxRunEvents, maxValueBytes, stopGraceMs, functionTimeoutMs }, server };
}
