import type { Command } from 'commander';
import { collect, examples, withJson, withUnusedDatabase } from './options.ts';
import type { Finish } from './program.ts';

/** `gates`, `rehearse` and `graph`: what a crew file comes to, without doing anything outside. */
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
    withJson(withUnusedDatabase(gates), 'each tool and task'),
    'holdpoint gates refund.crew.ts',
    'holdpoint gates refund.crew.ts --require issue_refund=approval',
  ).action((file: string, options) => finish(import('../commands/gates.ts').then(({ gates }) => gates(file, options))));

  const rehearse = withUnusedDatabase(program.command('rehearse'))
    .description('a dry run on the offline model: every hold that would open, and why; no tool is executed')
    .argument('<file>')
    .option('--crew <name>', 'which crew of the file; default: all')
    .option('--input <key=value>', 'one input, typed by the inputs of the crew; may be repeated', collect)
    .option('--inputs <file>', 'a JSON file with the inputs; without any, plausible ones are made up');
  examples(
    withJson(rehearse, 'each hold'),
    'holdpoint rehearse refund.crew.ts',
    'holdpoint rehearse refund.crew.ts --input ticket="It broke" --json',
  ).action((file: string, options) =>
    finish(import('../commands/rehearse.ts').then(({ rehearse }) => rehearse(file, options))),
  );

  const graph = withUnusedDatabase(program.command('graph'))
    .description("the crew's tasks, with holds marked, or the statecharts that run it")
    .argument('<file>')
    .option('--crew <name>', 'which crew of the file; default: all')
    .option('--format <format>', 'mermaid or xstate', 'mermaid');
  examples(
    withJson(graph, '{ "crew", "graph" } of each crew, or the statecharts,'),
    'holdpoint graph refund.crew.ts',
    'holdpoint graph refund.crew.ts --format xstate',
  ).action((file: string, options) => finish(import('../commands/graph.ts').then(({ graph }) => graph(file, options))));
}
