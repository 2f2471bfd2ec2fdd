import { HoldpointError } from '../../errors.ts';
import { CALLED_AS } from '../called-as.ts';
import { openDesk, serverOf } from '../desk.ts';
import type { JsonOptions, ServerOptions } from '../options.ts';
import { note } from '../print.ts';
import { type InputOptions, readInputs } from '../read-inputs.ts';
import { printRun } from '../run-result.ts';

/** Starts a run on a server, which has the crews. */
export async function startRun(name: string, options: ServerOptions & JsonOptions & InputOptions): Promise<number> {
  if (!serverOf(options))
    throw new HoldpointError(
      'USAGE',
      '`runs start` asks a server, which has the crew: add --url and --token. Without a server: `holdpoint run FILE`.',
    );
  await using desk = await openDesk(options, { changes: true });
  const crew = (await desk.crews.list()).find((known) => known.name === name);
  const run = await desk.runs.start(name, readInputs(options, crew?.inputs ?? null));
  printRun(run, options);
  if (!options.json) note(`Follow it with: ${CALLED_AS} runs watch ${run.id}`);
  return 0;
}
