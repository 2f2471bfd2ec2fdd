import type { SeenNode, UnderWay } from '../../journal/journal.ts';
import { isAlive, isGone, silenceMs } from '../../runner/node-life.ts';
import { openToRead } from '../database.ts';
import type { DatabaseOptions, JsonOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';
import { table } from '../table.ts';

/** `silent`: not heard of for 15 seconds; others may take its runs. `gone`: its process is no more. */
type State = 'alive' | 'silent' | 'gone';

/** What `--json` prints. A node of an older version tells no `version`, `crews` and `atOnce`. */
interface NodeLine extends Omit<SeenNode, 'silentMs' | 'about'>, Partial<NonNullable<SeenNode['about']>> {
  readonly state: State;
  readonly silentMs: number;
  readonly runs: readonly Pick<UnderWay, 'runId' | 'crew'>[];
}

/** The nodes of a database with the runs that each drives, and the runs that wait for one. */
export async function listNodes(options: DatabaseOptions & JsonOptions): Promise<number> {
  const journal = await openToRead(options);
  try {
    const now = Date.now();
    const [nodes, underWay] = await Promise.all([journal.nodes(), journal.underWay()]);
    const lines = nodes.map((node) => lineOf(node, underWay, now));
    const waiting = underWay.filter(({ owner }) => !nodes.some(({ id }) => id === owner));
    if (options.json) printAsJson(lines, waiting);
    else printAsTable(lines, waiting);
    return 0;
  } finally {
    await journal.close();
  }
}

function lineOf({ about, ...node }: SeenNode, underWay: readonly UnderWay[], now: number): NodeLine {
  const state = isAlive(node, now) ? 'alive' : isGone(node) ? 'gone' : 'silent';
  const runs = underWay.filter(({ owner }) => owner === node.id).map(runOf);
  return { ...node, silentMs: Math.max(0, silenceMs(node, now)), state, ...about, runs };
}

const runOf = ({ runId, crew }: UnderWay) => ({ runId, crew });

function printAsJson(lines: readonly NodeLine[], waiting: readonly UnderWay[]): void {
  for (const line of lines) printJson(line);
  if (waiting.length > 0) printJson({ id: null, runs: waiting.map(runOf) });
}

function printAsTable(lines: readonly NodeLine[], waiting: readonly UnderWay[]): void {
  if (lines.length === 0) note('No process has the database open to run crews.');
  const rows = lines.map((line) => [
    ...[line.id, line.state, byCrew(line.runs), line.crews?.join(' ') || '-', atOnceOf(line), line.version ?? '?'],
    ...[line.startedAt, ago(line.silentMs), `${line.host}:${line.pid}`, line.url ?? '-'],
  ]);
  const head = ['NODE', 'STATE', 'RUNS', 'CREWS', 'AT ONCE', 'VERSION', 'SINCE', 'LAST SEEN', 'PROCESS', 'ADDRESS'];
  for (const line of table(rows.length > 0 ? [head, ...rows] : [])) printLine(line);
  if (waiting.length > 0) printLine(`${rows.length > 0 ? '\n' : ''}Waiting for a node: ${byCrew(waiting)}.`);
  const loaded = new Set(lines.flatMap(({ state, crews = [] }) => (state === 'alive' ? crews : [])));
  const missing = [...new Set(waiting.map(({ crew }) => crew))].filter((crew) => !loaded.has(crew));
  if (missing.length > 0)
    note(`No live node takes runs of ${missing.join(', ')}. \`holdpoint serve FILE\` with that crew does.`);
}

/** `3 (desk 2, newsroom 1)` */
function byCrew(runs: readonly Pick<UnderWay, 'crew'>[]): string {
  const counts = Map.groupBy(runs, ({ crew }) => crew);
  const told = [...counts].map(([crew, { length }]) => `${crew} ${length}`).join(', ');
  return runs.length === 0 ? '0' : `${runs.length} (${told})`;
}

function atOnceOf({ atOnce }: NodeLine): string {
  if (!atOnce) return '?';
  const named = (of: string, counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([name, count]) => `${of}:${name}=${count}`);
  return [`runs=${atOnce.runs}`, ...named('crew', atOnce.crews), ...named('model', atOnce.models)].join(' ');
}

function ago(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 120 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
}
