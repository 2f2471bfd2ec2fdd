import type { RunStatus } from '../hooks/run-summary.ts';
import type { Commit, Engine } from '../runner/engine.ts';

const UNDER_WAY: readonly RunStatus[] = ['running', 'held', 'parked'];
const ENDS: Readonly<Record<string, string>> = {
  'run.completed': 'completed',
  'run.failed': 'failed',
  'run.cancelled': 'cancelled',
};

/** What this server counts, as Prometheus reads it. Names and numbers only: nothing of what people wrote. */
export class Metrics {
  #sockets = 0;
  readonly #decisions = new Map<string, number>();
  readonly #ended = new Map<string, number>();

  socketsChanged(by: 1 | -1): void {
    this.#sockets += by;
  }

  committed({ events }: Commit): void {
    for (const { type, data } of events) {
      if (type === 'hold.decided') count(this.#decisions, (data as { verdict: string }).verdict);
      const end = ENDS[type];
      if (end !== undefined) count(this.#ended, end);
    }
  }

  /** In Prometheus' text format. */
  async text({ journal, stop }: Engine): Promise<string> {
    const runs = await Promise.all(
      UNDER_WAY.map(async (status) => [status, await journal.count({ list: 'runs', status })] as const),
    );
    const openHolds = await journal.count({ list: 'holds', status: 'open' });
    const { rss, heapUsed } = process.memoryUsage();
    const stopped = (await stop()) === null ? 0 : 1;
    return [
      metric('holdpoint_stopped', 'gauge', 'Whether everything is stopped', [['', stopped]]),
      metric('holdpoint_runs', 'gauge', 'Runs under way', labelled('status', runs)),
      metric('holdpoint_runs_ended_total', 'counter', 'Runs that ended here', labelled('status', this.#ended)),
      metric('holdpoint_open_holds', 'gauge', 'Holds that wait for a person', [['', openHolds]]),
      metric('holdpoint_decisions_total', 'counter', 'Decisions taken here', labelled('verdict', this.#decisions)),
      metric('holdpoint_sockets', 'gauge', 'Connected reviewers', [['', this.#sockets]]),
      metric('process_resident_memory_bytes', 'gauge', 'Memory of the process', [['', rss]]),
      metric('holdpoint_heap_used_bytes', 'gauge', 'JavaScript heap in use', [['', heapUsed]]),
    ].join('');
  }
}

type Sample = readonly [labels: string, value: number];

function labelled(name: string, values: Iterable<readonly [string, number]>): Sample[] {
  return [...values].map(([value, number]) => [`{${name}="${value}"}`, number]);
}

function metric(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help}.\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
