import { exportLines } from '../../journal/export.ts';
import { storedRun } from '../journal-source.ts';
import type { DatabaseOptions } from '../options.ts';
import { note, printLine } from '../print.ts';
import { writeLines } from '../write-lines.ts';
import { keepYoungGenerationSmall } from '../young-generation.ts';

export async function exportJournal(id: string, options: DatabaseOptions & { output?: string }): Promise<number> {
  keepYoungGenerationSmall();
  const { run, events, payloads } = await storedRun(id, options);
  const lines = exportLines(run, events, payloads);
  if (options.output === undefined) for (const line of lines) printLine(line);
  else await writeLines(options.output, lines);
  if (options.output !== undefined)
    note(`${events.length} events of run ${run} are in ${options.output}; its head is ${events.at(-1)?.hash}.`);
  return 0;
}
