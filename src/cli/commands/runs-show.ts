import { isHoldpointError } from '../../errors.ts';
import type { RunView } from '../../replay/run-view.ts';
import { CALLED_AS } from '../called-as.ts';
import { databaseFlag } from '../database.ts';
import { type Desk, openDesk } from '../desk.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { printLine } from '../print.ts';
import { printRun } from '../run-result.ts';
import { visibleText } from '../visible-text.ts';

export async function showRun(id: string, options: ServerOptions & JsonOptions): Promise<number> {
  await using desk = await openDesk(options, { changes: false });
  const run = await desk.runs.get(id);
  printRun(run, options);
  if (options.json) return 0;
  for (const { id: action, tool, task, undoFailure } of await actionsOf(desk, id))
    if (undoFailure) {
      const what = `${action} (${visibleText(tool)} in ${visibleText(task)})`;
      printLine(`\nThe undo of ${what} failed: ${visibleText(undoFailure.message)} (${undoFailure.code})`);
    }
  for (const hold of run.openHolds) printLine(`\nwaits for: ${CALLED_AS} holds show ${hold}${databaseFlag(options)}`);
  return 0;
}

/** A run that cannot be replayed any more, since something of it was erased or a later version wrote it, is shown without. */
async function actionsOf(desk: Desk, id: string): Promise<RunView['actions']> {
  try {
    return (await desk.runs.state(id)).actions;
  } catch (error) {
    if (isHoldpointError(error)) return [];
    throw error;
  }
}
