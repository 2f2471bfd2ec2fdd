import type { Command } from 'commander';
import { examples, integer, withDatabase, withJson, withUnusedDatabase } from './options.ts';
import type { Finish } from './program.ts';

/** `demo` and `init`: the first minutes with Holdpoint. */
export function addStartCommands(program: Command, finish: Finish): void {
  const demo = program
    .command('demo')
    .description('start the review server with a demo crew, offline and for free, and start a run of it')
    .option('--port <port>', 'where to listen; 0 takes a free port', integer, 4600);
  withJson(withDatabase(demo, 'file:.holdpoint/demo.db'), 'the URLs and the run');
  examples(demo, 'holdpoint demo').action((options) =>
    finish(import('../commands/demo.ts').then(({ demo }) => demo(options))),
  );

  const init = withUnusedDatabase(program.command('init'))
    .description('write a crew file, a test for it, package.json and .env.example')
    .argument('[dir]', 'the folder to write into', '.');
  examples(withJson(init, 'the path of each file'), 'holdpoint init', 'holdpoint init refund-desk').action(
    (dir: string, options) => finish(import('../commands/init.ts').then(({ init }) => init(dir, options))),
  );
}
