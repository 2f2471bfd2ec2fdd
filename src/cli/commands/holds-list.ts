import { HoldpointError } from '../../errors.ts';
import { HoldStatus } from '../../hooks/hold.ts';
import type { RunId } from '../../ids.ts';
import { openDesk } from '../desk.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';
import { table } from '../table.ts';

interface Options extends ServerOptions, JsonOptions {
  readonly status: string;
  readonly crew?: string;
  readonly run?: string;
  readonly limit: number;
}

export async function listHolds({ status, crew, run, limit, ...options }: Options): Promise<number> {
  const query = { status: statusOf(status), crew, runId: run as RunId | undefined, limit };
  await using desk = await openDesk(options, { changes: false });
  const { holds } = await desk.holds.list(query);
  if (options.json) {
    for (const hold of holds) printJson(hold);
    return 0;
  }
  if (holds.length === 0) note(status === 'open' ? 'Nothing is on hold.' : 'There is no such hold.');
  const rows = holds.map((hold) => [
    hold.id,
    hold.status,
    hold.kind,
    hold.task ?? '',
    hold.digest.slice(0, 12),
    hold.reasons.map(({ detail }) => detail).join('; '),
  ]);
  for (const line of table(rows.length > 0 ? [['ID', 'STATUS', 'KIND', 'TASK', 'DIGEST', 'WHY'], ...rows] : []))
    printLine(line);
  return 0;
}

function statusOf(status: string): HoldStatus | undefined {
  if (status === 'all') return undefined;
  const parsed = HoldStatus.safeParse(status);
  if (parsed.success) return parsed.data;
  throw new HoldpointError(
    'USAGE',
    `There is no status ${JSON.stringify(status)}. Write all, or one of: ${HoldStatus.options.join(', ')}.`,
  );
}
