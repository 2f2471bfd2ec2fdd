import { CALLED_AS } from '../called-as.ts';
import { databaseFlag } from '../database.ts';
import { openDesk } from '../desk.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { printLine } from '../print.ts';
import { printRun } from '../run-result.ts';

export async function showRun(id: string, options: ServerOptions & JsonOptions): Promise<number> {
  await using desk = await openDesk(options, { changes: false });
  const run = await desk.runs.get(id);
  printRun(run, options);
  if (!options.json)
    for (const hold of run.openHolds) printLine(`\nwaits for: ${CALLED_AS} holds show ${hold}${databaseFlag(options)}`);
  return 0;
}
