import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { HoldpointError, messageOf } from '../../errors.ts';
import { exportLines } from '../../journal/export.ts';
import { storedRun } from '../journal-source.ts';
import type { DatabaseOptions } from '../options.ts';
import { note, printLine } from '../print.ts';

export async function exportJournal(id: string, options: DatabaseOptions & { output?: string }): Promise<number> {
  const { run, events, payloads } = await storedRun(id, options);
  const lines = exportLines(run, events, payloads);
  if (options.output === undefined) for (const line of lines) printLine(line);
  else await writeLines(options.output, lines);
  if (options.output !== undefined)
    note(`${events.length} events of run ${run} are in ${options.output}; its head is ${events.at(-1)?.hash}.`);
  return 0;
}

async function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  // A journal has what agents and people said: for its owner's eyes.
  const file = createWriteStream(path, { mode: 0o600 });
  try {
    await once(file, 'open');
    for (const line of lines) if (!file.write(`${line}\n`)) await once(file, 'drain');
    file.end();
    await once(file, 'close');
  } catch (error) {
    throw new HoldpointError('FILE_INVALID', `${path} cannot be written: ${messageOf(error)}.`, { cause: error });
  }
}
