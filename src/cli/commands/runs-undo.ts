import { setTimeout as delay } from 'node:timers/promises';
import { HoldpointError } from '../../errors.ts';
import type { ActionId, RunId } from '../../ids.ts';
import type { Journal } from '../../journal/journal.ts';
import { UNKNOWN_USES, type Uses } from '../../replay/uses-of-action.ts';
import { openEngine } from '../../runner/open-engine.ts';
import { readUses } from '../../runner/read-uses.ts';
import { localUser } from '../../server/identity/local-user.ts';
import { runOfFile } from '../crew-of-run.ts';
import { openToChange } from '../database.ts';
import { openDesk, serverOf } from '../desk.ts';
import { EXIT } from '../exit-codes.ts';
import { loadCrews } from '../load-crews.ts';
import { modelsOf } from '../models.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { printJson, printLine } from '../print.ts';
import { stopSignal } from '../stop-signals.ts';
import { terminalLog } from '../terminal-log.ts';
import { visibleText } from '../visible-text.ts';

interface Options extends ServerOptions, JsonOptions {
  readonly reason: string;
  readonly crew?: readonly string[];
}

/** Has an action reversed by its tool: by the server, or in this process with the crew file. */
export async function undoAction(runId: string, actionId: string, options: Options): Promise<number> {
  if (!serverOf(options)) return undoHere(runId, actionId as ActionId, options);
  await using desk = await openDesk(options, { changes: true });
  const recorded = await desk.actions.undo(runId, actionId, options.reason);
  if (options.json) printJson(recorded);
  else {
    printLine(`The undo has begun, as event ${recorded.recordedSeq}.`);
    tellUses(runId, recorded);
  }
  return EXIT.done;
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
    const isUndone = await untilUndone(journal, runId, { actionId, after: recorded.recordedSeq, signal });
    const uses = (await readUses(journal, runId, [actionId])).get(actionId) ?? UNKNOWN_USES;
    if (options.json) printJson({ ...recorded, ...uses });
    else {
      printLine(isUndone ? `Action ${actionId} is undone.` : `Action ${actionId} could not be undone.`);
      tellUses(runId, uses);
    }
    return isUndone ? EXIT.done : EXIT.failed;
  } finally {
    await engine.close();
  }
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

const LOOK_MS = 100;

/** In the journal, since another process may drive the run. */
async function untilUndone(
  journal: Journal,
  runId: RunId,
  { actionId, after, signal }: { actionId: ActionId; after: number; signal: AbortSignal },
): Promise<boolean> {
  for (;;) {
    for (const { type, data } of await journal.read(runId, { after })) {
      if ((data as { actionId?: string } | undefined)?.actionId !== actionId) continue;
      if (type === 'action.undone' || type === 'action.undo-failed') return type === 'action.undone';
    }
    await delay(LOOK_MS, undefined, { signal });
  }
}
