import { HoldpointError } from '../../errors.ts';
import type { ActionId } from '../../ids.ts';
import { UNKNOWN_USES, type Uses } from '../../replay/uses-of-action.ts';
import { openEngine } from '../../runner/open-engine.ts';
import { readUses } from '../../runner/read-uses.ts';
import { localUser } from '../../server/identity/local-user.ts';
import { CALLED_AS } from '../called-as.ts';
import { runOfFile } from '../crew-of-run.ts';
import { openToChange } from '../database.ts';
import { openDesk, serverOf } from '../desk.ts';
import { loadCrews } from '../load-crews.ts';
import { modelsOf } from '../models.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { printJson, printLine } from '../print.ts';
import { stopSignal } from '../stop-signals.ts';
import { terminalLog } from '../terminal-log.ts';
import { exitCodeOfUndo, type UndoOutcome, undoOutcome } from '../undo-outcome.ts';
import { visibleText } from '../visible-text.ts';

interface Options extends ServerOptions, JsonOptions {
  readonly reason: string;
  readonly crew?: readonly string[];
}

/** How long a server's tool is waited for, in milliseconds; it may take longer. */
const WAIT_MS = 10_000;

/** Has an action reversed by its tool: by the server, or in this process with the crew file. Then says what became of that. */
export async function undoAction(runId: string, actionId: string, options: Options): Promise<number> {
  if (!serverOf(options)) return undoHere(runId, actionId as ActionId, options);
  await using desk = await openDesk(options, { changes: true });
  const recorded = await desk.actions.undo(runId, actionId, options.reason);
  if (!options.json) printLine(`The undo has begun, as event ${recorded.recordedSeq}.`);
  const outcome = await undoOutcome(async (after) => (await desk.runs.events(runId, { after })).events, {
    actionId,
    after: recorded.recordedSeq,
    waitMs: WAIT_MS,
  });
  if (options.json) printJson({ ...recorded, ...outcome });
  else {
    tellOutcome(runId, actionId, outcome);
    tellUses(runId, recorded);
  }
  return exitCodeOfUndo(outcome);
}

async function undoHere(id: string, actionId: ActionId, options: Options): Promise<number> {
  const [file] = options.crew ?? [];
  if (!options.crew || file === undefined)
    throw new HoldpointError('USAGE', 'Without a server, add --crew with the crew file: its tool does the undoing.');
  const crews = await loadCrews(options.crew);
  const signal = stopSignal({ message: '' });
  const journal = await openToChange(options);
  const runId = await runOfFile(journal, id, { file, names: crews.map(({ name }) => name) });
  const log = terminalLog(options);
  const engine = await openEngine({
    crews,
    journal,
    models: modelsOf({}, []),
    log,
    drives: new Set([runId]),
  });
  try {
    const actor = { user: localUser(), roles: ['admin'], groups: [] };
    const recorded = await engine.undo(runId, actionId, options.reason, { actor });
    const outcome = await undoOutcome((after) => journal.read(runId, { after }), {
      actionId,
      after: recorded.recordedSeq,
      signal,
    });
    const uses = (await readUses(journal, runId, [actionId])).get(actionId) ?? UNKNOWN_USES;
    if (options.json) printJson({ ...recorded, ...uses, ...outcome });
    else {
      tellOutcome(runId, actionId, outcome);
      tellUses(runId, uses);
    }
    return exitCodeOfUndo(outcome);
  } finally {
    await engine.close();
  }
}

function tellOutcome(runId: string, actionId: string, { undone, error }: UndoOutcome): void {
  if (undone) printLine(`Action ${actionId} is undone.`);
  else if (error) printLine(`Action ${actionId} could not be undone: ${visibleText(error.message)} (${error.code})`);
  else printLine(`It is not done yet. What becomes of it is seen with: ${CALLED_AS} runs show ${runId}`);
}

/** What was made of the result stays as it is: only a fork takes that back. */
function tellUses(runId: string, { usedBy, useCount, takeBackSeq }: Uses): void {
  if (usedBy.length === 0) return;
  printLine('Its result was used before, and that is not undone:');
  for (const { kind, task, seq } of usedBy) printLine(`  event ${seq}: ${USE[kind]} ${visibleText(task)}`);
  if (useCount > usedBy.length) printLine(`  and ${useCount - usedBy.length} more`);
  if (takeBackSeq !== null)
    printLine(`Take the run back to before the action with: holdpoint fork ${runId} --at ${takeBackSeq}`);
}

const USE = { answer: 'an answer in', task: 'the start of', action: 'an action of' } as const;
