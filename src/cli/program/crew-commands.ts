import type { Command } from 'commander';
import { collect, examples, withDebug, withJson } from './options.ts';
import type { Finish } from './program.ts';

/** `gates` and `graph`: what a crew file says, without running it. */
export function addCrewCommands(program: Command, finish: Finish): void {
  const gates = program
    .command('gates')
    .description('every tool and task with its tier, its policy and who may decide')
    .argument('<file>')
    .option(
      '--require <name=tier>',
      'exit 1 unless the tool (or task) needs at least this tier; may be repeated',
      collect,
    );
  examples(
    withJson(withDebug(gates), 'each tool and task'),
    'holdpoint gates refund.crew.ts',
    'holdpoint gates refund.crew.ts --require issue_refund=approval',
  ).action((file: string, options) => finish(import('../commands/gates.ts').then(({ gates }) => gates(file, options))));

  const graph = withDebug(program.command('graph'))
    .description("the crew's tasks, with holds marked, or the statecharts that run it")
    .argument('<file>')
    .option('--crew <name>', 'which crew of the file; default: all')
    .option('--format <format>', 'mermaid or xstate', 'mermaid');
  examples(graph, 'holdpoint graph refund.crew.ts', 'holdpoint graph refund.crew.ts --format xstate').action(
    (file: string, options) => finish(import('../commands/graph.ts').then(({ graph }) => graph(file, options))),
  );
}
