import type { Machine } from './machine.ts';
import type { Sample, Scenario } from './scenario.ts';
import { type Spread, short, spreadOf } from './statistics.ts';

export interface Row {
  readonly contestant: string;
  readonly store: string;
  /** Numbers as median with least and most; anything else as it was said, each once. */
  readonly figures: Readonly<Record<string, Spread | string>>;
  /** Against the bare loop on the same store, round by round; of each named bare loop. */
  readonly ratios: Readonly<Record<string, Spread>>;
}

const BARE = ['bare', 'bare-synced'] as const;

export function rowsOf(scenario: Scenario, all: readonly Sample[]): Row[] {
  const samples = all.filter((sample) => sample.scenario === scenario.name);
  const keys = new Set(samples.map(({ contestant, store }) => `${contestant}\n${store}`));
  return [...keys].sort().map((key) => {
    const [contestant = '', store = ''] = key.split('\n');
    const own = samples.filter((sample) => sample.contestant === contestant && sample.store === store);
    return { contestant, store, figures: figuresOf(scenario, own), ratios: ratiosOf(scenario, own, samples) };
  });
}

function figuresOf({ columns }: Scenario, own: readonly Sample[]): Row['figures'] {
  const broken = own.flatMap(({ result }) => ('broken' in result ? [String(result.broken)] : []));
  const figures = columns.map(({ key }) => {
    const values = own.map(({ result }) => result[key]).filter((value) => value !== undefined && value !== null);
    const numbers = values.filter((value) => typeof value === 'number');
    const words = [...new Set(values.map(String))].join(' | ');
    return [key, numbers.length > 0 ? (spreadOf(numbers) ?? '–') : words || '–'] as const;
  });
  return { ...Object.fromEntries(figures), ...(broken.length > 0 ? { broken: broken.join(' | ') } : {}) };
}

function ratiosOf({ ratios = [] }: Scenario, own: readonly Sample[], all: readonly Sample[]): Row['ratios'] {
  const found: Record<string, Spread> = {};
  for (const bare of BARE) {
    for (const key of ratios) {
      const quotients = own.flatMap(({ store, round, result }) => {
        const floor = all.find((one) => one.contestant === bare && one.store === store && one.round === round);
        const [value, base] = [result[key], floor?.result[key]];
        return typeof value === 'number' && typeof base === 'number' ? [value / base] : [];
      });
      const spread = spreadOf(quotients);
      if (spread) found[`${key} × ${bare}`] = spread;
    }
  }
  return found;
}

export function markdownOf(scenarios: readonly Scenario[], samples: readonly Sample[], machine: Machine): string {
  const loads = spreadOf(samples.map(({ load }) => load));
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const head = [
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}; ${versions.join(', ')}.`,
    `Medians over rounds, with the least and the most in brackets; ratios are made round by round. 1-minute load: ${spread(loads)}.`,
  ];
  return [...head, ...scenarios.map((scenario) => tableOf(scenario, rowsOf(scenario, samples)))].join('\n\n');
}

function tableOf(scenario: Scenario, rows: readonly Row[]): string {
  const ratioKeys = [...new Set(rows.flatMap(({ ratios }) => Object.keys(ratios)))];
  const titles = ['contestant', 'store', ...scenario.columns.map(({ title }) => title), ...ratioKeys.map(ratioTitle)];
  const lines = rows.map(({ contestant, store, figures, ratios }) => {
    if (figures.broken) return `| ${contestant} | ${store} | **broken**: ${figures.broken} |`;
    const cells = scenario.columns.map(({ key }) => cell(figures[key]));
    return `| ${[contestant, store, ...cells, ...ratioKeys.map((key) => cell(ratios[key]))].join(' | ')} |`;
  });
  return [
    `### ${scenario.name}\n\n${scenario.what}\n`,
    `| ${titles.join(' | ')} |`,
    `|---|---|${titles
      .slice(2)
      .map(() => '---:')
      .join('|')}|`,
    ...lines,
  ].join('\n');

  function ratioTitle(key: string): string {
    const [figure, bare] = key.split(' × ');
    const title = scenario.columns.find((column) => column.key === figure)?.title ?? figure;
    return `${title} × ${bare}`;
  }
}

function cell(value: Spread | string | undefined): string {
  return value === undefined ? '–' : typeof value === 'string' ? value : spread(value);
}

function spread(value: Spread | null): string {
  if (!value) return '–';
  const { median, least, most } = value;
  return least === most ? short(median) : `${short(median)} (${short(least)}–${short(most)})`;
}
