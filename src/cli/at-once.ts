import { HoldpointError } from '../errors.ts';
import { AtOnce } from '../runner/at-once.ts';
import { parseLimits } from '../runner/limits.ts';
import { setting } from './settings.ts';

/** `atOnce`: `runs=N`, `crew:NAME=N` or `model:NAME=N`, as often as it was given. */
export interface AtOnceOptions {
  readonly atOnce?: readonly string[];
}

/**
 * How much may be done at a time, as `HOLDPOINT_AT_ONCE` (separated by commas or spaces) and `--at-once` say; the latter win. A crew
 * that a flag names must be among `crews`; the variable may be the same on nodes with other crews. @throws `LIMIT_INVALID`
 */
export function atOnceOf({ atOnce: flags = [] }: AtOnceOptions, crews: readonly string[]): AtOnce {
  const given: { runs?: unknown; crews: Map<string, unknown>; models: Map<string, unknown> } = {
    crews: new Map(),
    models: new Map(),
  };
  const variable = (setting('HOLDPOINT_AT_ONCE') ?? '').split(/[\s,]+/).filter((text) => text !== '');
  for (const text of [...variable, ...flags]) {
    const [, of, name = '', value = ''] = /^(?:runs|(crew|model):(.+))=(.*)$/.exec(text.trim()) ?? refuse(text);
    const count = /^\d+$/.test(value) ? Number(value) : value;
    if (of === undefined) given.runs = count;
    else given[of === 'crew' ? 'crews' : 'models'].set(name, count);
    if (of === 'crew' && flags.includes(text) && !crews.includes(name))
      throw invalid(`There is no crew "${name}" to limit. Loaded: ${crews.join(', ') || 'none'}.`);
  }
  const { crews: ofCrews, models, ...runs } = given;
  return parseLimits(AtOnce, { ...runs, crews: Object.fromEntries(ofCrews), models: Object.fromEntries(models) });
}

function refuse(text: string): never {
  throw invalid(
    `Not a limit of what is done at once: ${JSON.stringify(text)}. Write runs=N, crew:NAME=N or model:NAME=N.`,
  );
}

function invalid(message: string): HoldpointError {
  return new HoldpointError('LIMIT_INVALID', message);
}
