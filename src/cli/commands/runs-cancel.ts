import { CALLED_AS } from '../called-as.ts';
import { databaseFlag } from '../database.ts';
import { openDesk, serverOf } from '../desk.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { note } from '../print.ts';
import { printRun } from '../run-result.ts';

/** Asks for a run's end; whoever drives it ends it once nothing is under way any more. */
export async function cancelRun(
  id: string,
  options: ServerOptions & JsonOptions & { reason: string },
): Promise<number> {
  await using desk = await openDesk(options, { changes: true });
  const run = await desk.runs.cancel(id, options.reason);
  printRun(run, options);
  if (!serverOf(options) && run.endedAt === null) {
    note(
      `The end is asked for. If no process drives the run: ${CALLED_AS} runs resume ${id} FILE${databaseFlag(options)}`,
    );
  }
  return 0;
}
