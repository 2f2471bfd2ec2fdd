import { HoldpointError } from '../../errors.ts';
import { type Hold, HoldStatus } from '../../hooks/hold.ts';
import type { RunId } from '../../ids.ts';
import { openDesk } from '../desk.ts';
import { listPages, type PagingOptions } from '../list-pages.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';
import { table } from '../table.ts';

interface Options extends ServerOptions, JsonOptions, PagingOptions {
  readonly status: string;
  readonly crew?: string;
  readonly run?: string;
}

export async function listHolds({ status, crew, run, limit, cursor, all, ...options }: Options): Promise<number> {
  const query = { status: statusOf(status), crew, runId: run as RunId | undefined };
  await using desk = await openDesk(options, { changes: false });
  const pages = listPages<Hold>({ limit, cursor, all }, async (page) => {
    const { holds, cursor: next } = await desk.holds.list({ ...query, ...page });
    return { items: holds, cursor: next };
  });
  const rows: string[][] = [];
  for await (const holds of pages) {
    for (const hold of holds) {
      if (options.json) printJson(hold);
      else rows.push(rowOf(hold));
    }
  }
  if (options.json) return 0;
  if (rows.length === 0) note(status === 'open' ? 'Nothing is on hold.' : 'There is no such hold.');
  for (const line of table(rows.length > 0 ? [['ID', 'STATUS', 'KIND', 'TASK', 'DIGEST', 'WHY'], ...rows] : []))
    printLine(line);
  return 0;
}

function rowOf({ id, status, kind, task, digest, reasons }: Hold): string[] {
  return [id, status, kind, task ?? '', digest.slice(0, 12), reasons.map(({ detail }) => detail).join('; ')];
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
