import type { Command } from 'commander';
import { collect, examples, withDatabase, withJson } from './options.ts';
import type { Finish } from './program.ts';

/** `prune` and `erase`: what is not kept, noted in the journal `system`; `move`: where all of it is kept. */
export function addRetentionCommands(program: Command, finish: Finish): void {
  const prune = program
    .command('prune')
    .description('remove runs that ended long ago; they no longer count in the record of oversight')
    .requiredOption('--older-than <duration>', 'runs that ended longer ago than this, such as 90d')
    .option('--status <statuses>', 'of these, separated by commas', 'completed,failed,cancelled')
    .option('--export <folder>', 'write the journal of each there before it is removed')
    .option('--yes', 'remove them; without this they are only listed');
  prune.addHelpText(
    'after',
    `
A run that cannot be removed is told and kept, and the others are removed nevertheless. Interrupted at any point, begin it again:
an export is whole before its run is removed. The file of an SQLite database does not shrink, its room is used again.`,
  );
  examples(
    withJson(withDatabase(prune), '{ "id", "crew", "status", "endedAt", "removed", "exported" } of each run'),
    'holdpoint prune --older-than 90d',
    'holdpoint prune --older-than 90d --status completed --export archive --yes',
  ).action((options) => finish(import('../commands/prune.ts').then(({ pruneRuns }) => pruneRuns(options))));

  const erase = program
    .command('erase')
    .description('erase the content of a run that has ended, for good; its chain still verifies')
    .argument('<run>')
    .option(
      '--task <name>',
      'only what this task and its holds say; what others took over stays; may be repeated',
      collect,
    )
    .option('--all', 'everything that the run says')
    .requiredOption('--reason <text>', 'why; it stays in the journal `system`, so name nobody');
  erase.addHelpText(
    'after',
    `
Erased is what events say, values and holds included, and every answer that a client was given about the run. Who acted, when,
and what type of event it was stay. Runs that have some of it too (forks) are named. Yours to remove: exports, logs written
with --log-journal, files that tasks wrote.`,
  );
  examples(
    withJson(withDatabase(erase), '{ "run", "erased", "tasks", "copies" }'),
    'holdpoint erase run_… --all --reason "asked to be forgotten"',
  ).action((run: string, options) =>
    finish(import('../commands/erase.ts').then(({ eraseData }) => eraseData(run, options))),
  );

  const move = program
    .command('move')
    .description('copy the whole journal of a database that nobody uses into an empty one; every chain is checked')
    .argument('<from>')
    .argument('<to>');
  move.addHelpText(
    'after',
    `
Stop everything that uses the source first; it is only read, and stays as it was. Until all of it is there and every chain was checked
again, nothing opens the target: after an interrupted move empty it, and move again. Runs and holds go on in the target.`,
  );
  examples(
    withJson(move, '{ "runs", "events", "holds", "requests", "tokens" }'),
    'holdpoint move file:.holdpoint/holdpoint.db postgres://holdpoint@db.example/holdpoint',
  ).action((from: string, to: string, options) =>
    finish(import('../commands/move.ts').then(({ moveDatabase }) => moveDatabase(from, to, options))),
  );
}
