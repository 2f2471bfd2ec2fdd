import { parseArgs } from 'node:util';
import type { Scenario, Sizes } from './scenario.ts';

export interface Options extends Sizes {
  readonly scenarios: readonly Scenario[];
  readonly contestants: readonly string[] | null;
  readonly stores: readonly string[] | null;
  readonly rounds: number;
  readonly scale: number;
  /** Where the results go, as `.json` and `.md`. */
  readonly out: string | null;
}

export const USAGE = `Usage: npm run bench -- [options]

  --scenarios a,b     which (default: all)
  --contestants a,b   which of bare, bare-synced, holdpoint (default: all)
  --stores a,b        which of sqlite, postgres (default: both)
  --rounds N          how often each is done, interleaved (default 3)
  --scale X           how many runs, against the sizes that are named (default 1)
  --large             the sizes that take minutes: 100,000 held runs, 100,000 events, 100 kills
  --out PATH          writes PATH.json and PATH.md besides printing the tables`;

export function readOptions(args: readonly string[], known: readonly Scenario[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenarios: { type: 'string' },
      contestants: { type: 'string' },
      stores: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      scale: { type: 'string', default: '1' },
      large: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  const scale = positive('--scale', values.scale);
  return {
    scenarios: values.scenarios === undefined ? known : values.scenarios.split(',').map((name) => find(name, known)),
    contestants: values.contestants?.split(',') ?? null,
    stores: values.stores?.split(',') ?? null,
    rounds: Math.ceil(positive('--rounds', values.rounds)),
    scale,
    large: values.large,
    out: values.out?.replace(/\.(json|md)$/, '') ?? null,
    of: (count, least = 5) => Math.max(least, Math.round(count * scale)),
  };
}

function find(name: string, known: readonly Scenario[]): Scenario {
  const scenario = known.find((one) => one.name === name);
  if (scenario) return scenario;
  throw new Error(`There is no scenario "${name}"; there are ${known.map((one) => one.name).join(', ')}.`);
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`${option} must be a number above 0, and is "${text}".`);
}
