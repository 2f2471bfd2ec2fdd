import type { Command } from 'commander';
import { collect, examples, integer, withDatabase, withJson, withModel, withReview } from './options.ts';
import type { Finish } from './program.ts';

/** `run` and `serve`: the commands that drive runs; `nodes`: the processes that do. */
export function addRunningCommands(program: Command, finish: Finish): void {
  addRun(program, finish);
  addServe(program, finish);
  addNodes(program, finish);
}

function addRun(program: Command, finish: Finish): void {
  const run = program
    .command('run')
    .description('run a crew with live progress; holds are answered in the terminal')
    .argument('<file>', 'a crew file, whose default export is a crew or an array of crews')
    .option('--crew <name>', 'which crew of the file; needed if it has several')
    .option('--input <key=value>', 'one input, typed by the inputs of the crew; may be repeated', collect)
    .option('--inputs <file>', 'a JSON file with the inputs; --input adds to it');
  withJson(withDatabase(withReview(withModel(run))), 'the RunSummary at the end');
  examples(
    run,
    'holdpoint run refund.crew.ts --input ticket="Where is my money?"',
    'holdpoint run refund.crew.ts --inputs ticket.json --model rehearsal --review none --json',
  ).action((file: string, options) => finish(import('../commands/run.ts').then(({ run }) => run(file, options))));
}

function addServe(program: Command, finish: Finish): void {
  const serve = program
    .command('serve')
    .description('serve reviewers (page, websocket, REST) and drive the runs of the crews')
    .argument('<files...>', 'crew files')
    .option('--port <port>', 'where to listen; 0 takes a free port', integer, 4600)
    .option('--host <host>', 'the address to listen on; put a proxy with TLS before anything but loopback', '127.0.0.1')
    .option('--allow-host <host>', 'a name under which a proxy offers the server; may be repeated', collect)
    .option(
      '--limit <name=number>',
      'a limit, such as maxRunEvents=200000; may be repeated (also: HOLDPOINT_LIMITS)',
      collect,
    )
    .option(
      '--at-once <what=number>',
      'at most so many at a time: runs=N, crew:NAME=N, model:NAME=N; may be repeated (also: HOLDPOINT_AT_ONCE)',
      collect,
    )
    .option('--log-level <level>', 'fatal, error, warn, info, debug, trace or silent', 'info')
    .option('--log-journal', 'write each event into the log too, so that the log can be replayed')
    .option('--log-file <path>', 'write the log there; default: stderr');
  withJson(withDatabase(withModel(serve)), '{ "url", "launchUrl", "node" }');
  examples(
    serve,
    'holdpoint serve refund.crew.ts',
    'holdpoint serve crews/*.crew.ts --port 0 --json --log-journal --log-file holdpoint.log',
  ).action((files: string[], options) =>
    finish(import('../commands/serve.ts').then(({ serve }) => serve(files, options))),
  );
}

function addNodes(program: Command, finish: Finish): void {
  const nodes = program
    .command('nodes')
    .description('the processes that have the database open to run crews: which runs each drives, and what waits');
  nodes.addHelpText(
    'after',
    `
A node is alive while it was heard of in the last 15 seconds. Others take over the runs of one that is silent or gone. Looked at
is the database, so --database is needed where HOLDPOINT_DATABASE does not name it; no server is asked.`,
  );
  examples(
    withJson(
      withDatabase(nodes),
      '{ "id", "state", "runs", "crews", "atOnce", "version", "startedAt", "seenAt", "silentMs", "pid", "host", "url" } of each, and { "id": null, "runs" } of those that wait,',
    ),
    'holdpoint nodes',
    'holdpoint nodes --json --database postgres://holdpoint@db.example/holdpoint',
  ).action((options) => finish(import('../commands/nodes.ts').then(({ listNodes }) => listNodes(options))));
}
