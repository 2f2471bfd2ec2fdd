import { HoldpointError } from '../../errors.ts';
import { RunStatus } from '../../hooks/run-summary.ts';
import { openDesk } from '../desk.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';
import { table } from '../table.ts';

interface Options extends ServerOptions, JsonOptions {
  readonly status?: string;
  readonly crew?: string;
  readonly limit: number;
}

export async function listRuns({ status, crew, limit, ...options }: Options): Promise<number> {
  const query = { status: statusOf(status), crew, limit };
  await using desk = await openDesk(options, { changes: false });
  const { runs } = await desk.runs.list(query);
  if (options.json) {
    for (const run of runs) printJson(run);
    return 0;
  }
  if (runs.length === 0) note('There is no such run.');
  const rows = runs.map((run) => [
    run.id,
    run.status,
    run.crew,
    run.startedAt,
    run.requestedBy,
    run.openHolds.join(' '),
  ]);
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
