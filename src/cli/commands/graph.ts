import { actionMachine } from '../../crew/action-machine.ts';
import { crewMachine } from '../../crew/crew-machine.ts';
import { taskMachine } from '../../crew/task-machine.ts';
import { HoldpointError } from '../../errors.ts';
import { loadCrew, loadCrews } from '../load-crews.ts';
import { mermaidOf } from '../mermaid.ts';
import type { DebugOptions } from '../options.ts';
import { printLine } from '../print.ts';

interface Options extends DebugOptions {
  readonly crew?: string;
  readonly format: string;
}

export async function graph(file: string, { crew, format }: Options): Promise<number> {
  if (format !== 'mermaid' && format !== 'xstate')
    throw new HoldpointError('USAGE', `There is no format ${JSON.stringify(format)}. Write mermaid or xstate.`);
  const crews = crew === undefined ? await loadCrews([file]) : [await loadCrew(file, crew)];
  if (format === 'mermaid') printLine(crews.map(({ config }) => mermaidOf(config)).join('\n\n'));
  // The same three for every crew: how many of each there are is in its tasks.
  else
    printLine(
      JSON.stringify({ crew: crewMachine.config, task: taskMachine.config, action: actionMachine.config }, null, 2),
    );
  return 0;
}
