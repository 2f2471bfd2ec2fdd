import { actionMachine } from '../../crew/action-machine.ts';
import { crewMachine } from '../../crew/crew-machine.ts';
import { taskMachine } from '../../crew/task-machine.ts';
import { HoldpointError } from '../../errors.ts';
import { loadCrew, loadCrews } from '../load-crews.ts';
import { mermaidOf } from '../mermaid.ts';
import type { DebugOptions, JsonOptions } from '../options.ts';
import { printJson, printLine } from '../print.ts';

interface Options extends DebugOptions, JsonOptions {
  readonly crew?: string;
  readonly format: string;
}

export async function graph(file: string, { crew, format, json }: Options): Promise<number> {
  if (format !== 'mermaid' && format !== 'xstate')
    throw new HoldpointError('USAGE', `There is no format ${JSON.stringify(format)}. Write mermaid or xstate.`);
  const crews = crew === undefined ? await loadCrews([file]) : [await loadCrew(file, crew)];
  if (format === 'xstate') printStatecharts(json);
  else if (json) for (const { config } of crews) printJson({ crew: config.name, graph: mermaidOf(config) });
  else printLine(crews.map(({ config }) => mermaidOf(config)).join('\n\n'));
  return 0;
}

/** The same three for every crew: how many of each there are is in its tasks. */
function printStatecharts(json: boolean | undefined): void {
  const machines = { crew: crewMachine.config, task: taskMachine.config, action: actionMachine.config };
  if (json) printJson(machines);
  else printLine(JSON.stringify(machines, null, 2));
}
