import { openDesk } from '../desk.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';

interface Options extends ServerOptions, JsonOptions {
  readonly reason: string;
  readonly keepParked?: boolean;
}

/** Lifts the stop of `runs stop-all`. Beside a server it is the server that does it. */
export async function resumeAllRuns(options: Options): Promise<number> {
  await using desk = await openDesk(options, { changes: true });
  const { resumed } = await desk.runs.resumeAll(options.reason, options.keepParked ? { keepParked: true } : {});
  if (options.json) {
    printJson({ resumed });
    return 0;
  }
  for (const id of resumed) printLine(id);
  note('Runs may start again.');
  if (resumed.length > 0)
    note(
      `${resumed.length === 1 ? 'It goes' : 'They go'} on: on the server, or with \`holdpoint runs resume FILE\` in a process of their own.`,
    );
  return 0;
}
