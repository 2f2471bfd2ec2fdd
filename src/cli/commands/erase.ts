import { HoldpointError } from '../../errors.ts';
import type { RunId } from '../../ids.ts';
import { localUser } from '../../open-holdpoint.ts';
import { eraseRun } from '../../runner/retention.ts';
import { openToChange } from '../database.ts';
import type { DatabaseOptions, JsonOptions } from '../options.ts';
import { printJson, printLine } from '../print.ts';

interface Options extends DatabaseOptions, JsonOptions {
  readonly task?: readonly string[];
  readonly all?: boolean;
  readonly reason: string;
}

/** Erases what a run that has ended says of people; the chain of its journal still verifies. */
export async function eraseData(id: string, options: Options): Promise<number> {
  const { task, all = false, reason } = options;
  if (all === (task !== undefined))
    throw new HoldpointError('USAGE', 'Say what is to be erased: --task NAME (may be repeated), or --all.');
  if (reason.trim() === '') throw new HoldpointError('USAGE', 'Say why with --reason; it is recorded.');
  const journal = await openToChange(options);
  try {
    const asked = { tasks: task ?? null, reason, by: localUser(), now: new Date().toISOString() };
    const count = await eraseRun(journal, id as RunId, asked);
    if (options.json) printJson({ run: id, erased: count, tasks: asked.tasks });
    else
      printLine(
        `The data of ${count} events of run ${id} are erased. It cannot be replayed; \`holdpoint verify\` still checks its chain.`,
      );
    return 0;
  } finally {
    await journal.close();
  }
}
