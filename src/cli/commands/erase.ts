import { HoldpointError } from '../../errors.ts';
import type { RunId } from '../../ids.ts';
import { eraseRun } from '../../runner/retention.ts';
import { localUser } from '../../server/identity/local-user.ts';
import { openToRemove } from '../database.ts';
import type { DatabaseOptions, JsonOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';

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
  const journal = await openToRemove(options);
  try {
    const asked = { tasks: task ?? null, reason, by: localUser(), now: new Date().toISOString() };
    const { count, copies } = await eraseRun(journal, id as RunId, asked);
    if (options.json) printJson({ run: id, erased: count, tasks: asked.tasks, copies });
    else printLine(told(id, count));
    if (copies.length > 0)
      note(`Some of it is in other runs as well, forks of it or what it was forked from: ${copies.join(', ')}.`);
    return 0;
  } finally {
    await journal.close();
  }
}

function told(id: string, count: number): string {
  return count === 0
    ? `Nothing was left to erase in run ${id}.`
    : `The data of ${count} events of run ${id} are erased. It cannot be replayed; \`holdpoint verify\` still checks its chain.`;
}
