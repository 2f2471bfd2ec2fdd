import type { Command } from 'commander';
import { examples, integer, withDatabase, withJson } from './options.ts';
import type { Finish } from './program.ts';

/** `replay`, `export` and `verify`: the journal as evidence. */
export function addJournalCommands(program: Command, finish: Finish): void {
  const replay = program
    .command('replay')
    .description('derive a run again from its journal: no model, no tool and no person is asked')
    .argument('<run-or-file>', 'a run of the database, an export, or a log written with --log-journal')
    .option('--crew <file>', 'compare, event by event, with what this crew does now')
    .option('--at <seq>', 'stop after this event', integer);
  examples(
    withJson(withDatabase(replay), '{ "run", "count", "compared", "state" } of each run'),
    'holdpoint replay run_… --crew refund.crew.ts',
    'holdpoint replay holdpoint.log --at 12 --json',
  ).action((source: string, options) =>
    finish(import('../commands/replay.ts').then(({ replayRuns }) => replayRuns(source, options))),
  );

  const exporting = program
    .command('export')
    .description("a run's journal as NDJSON, which `verify` and `replay` read")
    .argument('<run>')
    .option('--output <file>', 'write it there; default: stdout');
  examples(
    withDatabase(exporting).option('--json', 'changes nothing: an export is JSON, one value a line'),
    'holdpoint export run_… --output run.ndjson',
  ).action((run: string, options) =>
    finish(import('../commands/export.ts').then(({ exportJournal }) => exportJournal(run, options))),
  );

  const verify = program
    .command('verify')
    .description('check the hash chain of a run, in the database or in a file')
    .argument('<run-or-file>')
    .option('--head <hash>', 'the hash of the last event as you know it: the proof that the tail was not rewritten');
  examples(
    withJson(withDatabase(verify), '{ "run", "ok", … } of each run'),
    'holdpoint verify run.ndjson --head 5c0d…',
  ).action((source: string, options) =>
    finish(import('../commands/verify.ts').then(({ verifyJournals }) => verifyJournals(source, options))),
  );
}
