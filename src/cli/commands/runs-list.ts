import { HoldpointError } from '../../errors.ts';
import { RunStatus, type RunSummary } from '../../hooks/run-summary.ts';
import { openDesk } from '../desk.ts';
import { listPages, type PagingOptions } from '../list-pages.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';
import { table } from '../table.ts';
import { visibleText } from '../visible-text.ts';

interface Options extends ServerOptions, JsonOptions, PagingOptions {
  readonly status?: string;
  readonly crew?: string;
}

export async function listRuns({ status, crew, limit, cursor, all, ...options }: Options): Promise<number> {
  const query = { status: statusOf(status), crew };
  await using desk = await openDesk(options, { changes: false });
  const pages = listPages<RunSummary>({ limit, cursor, all }, async (page) => {
    const { runs, cursor: next } = await desk.runs.list({ ...query, ...page });
    return { items: runs, cursor: next };
  });
  const rows: string[][] = [];
  for await (const runs of pages) {
    for (const run of runs) {
      if (options.json) printJson(run);
      else rows.push([run.id, run.status, run.crew, run.startedAt, run.requestedBy, run.openHolds.join(' ')]);
    }
  }
  if (options.json) return 0;
  const stop = await desk.runs.stop();
  if (stop) note(`Everything was stopped by ${stop.by} at ${stop.at}: ${visibleText(stop.reason)}`);
  if (rows.length === 0) note(query.status || crew ? 'There is no such run.' : 'There is no run yet.');
  for (const line of table(rows.length > 0 ? [['ID', 'STATUS', 'CREW', 'STARTED', 'BY', 'ON HOLD'], ...rows] : []))
    printLine(line);
  return 0;
}

function statusOf(status: string | undefined): RunStatus | undefined {
  if (status === undefined || status === 'all') return undefined;
  const parsed = RunStatus.safeParse(status);
  if (parsed.success) return parsed.data;
  throw new HoldpointError(
    'USAGE',
    `There is no status ${JSON.stringify(status)}. Write one of: ${RunStatus.options.join(', ')}.`,
  );
}
